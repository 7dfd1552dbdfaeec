// SPDX-License-Identifier: BSD-2-Clause
#include "module/platform.h"

#include <dlfcn.h>
#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/uio.h>
#include <unistd.h>

#include "module/file.h"

/* In this process only what its own loader takes. */
static int check_file(const char *path, char *err, size_t room)
{
	enum module_kind kind;
	int rc = module_file_check(path, &kind, err, room);

	if (rc || kind == MODULE_ELF)
		return rc;
	snprintf(err, room, "a Windows module (PE), not an ELF shared object");
	return -EINVAL;
}

int platform_load(const char *path, bool looked, void **out, char *err, size_t room)
{
	char *real;
	int rc = looked ? 0 : check_file(path, err, room);

	*out = NULL;
	if (rc)
		return rc;
	/* Without a slash dlopen() would search the system's libraries. */
	real = realpath(path, NULL);
	if (!real)
		return -errno;
	*out = dlopen(real, RTLD_NOW | RTLD_LOCAL);
	free(real);
	if (*out)
		return 0;
	snprintf(err, room, "cannot be loaded: %s", dlerror());
	return -ELIBBAD;
}

/* ISO C has no conversion between data and function pointers; POSIX promises that dlsym()'s is one.
 */
void platform_export(void *library, const char *name, void *function)
{
	void *p = dlsym(library, name);

	memcpy(function, &p, sizeof(p));
}

void platform_unload(void *library)
{
	dlclose(library);
}

void *platform_pages(size_t size)
{
	void *p = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	return p == MAP_FAILED ? NULL : p;
}

void platform_pages_free(void *p, size_t size)
{
	munmap(p, size);
}

int platform_read(const void *p, void *out, size_t size)
{
	struct iovec local = {.iov_base = out, .iov_len = size}, remote = {.iov_len = size};

	/* The kernel looks whether the memory is there. */
	memcpy(&remote.iov_base, &p, sizeof(p));
	return process_vm_readv(getpid(), &local, 1, &remote, 1, 0) == (ssize_t)size ? 0 : -EFAULT;
}

void platform_yield(void)
{
	sched_yield();
}
