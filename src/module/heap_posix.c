// SPDX-License-Identifier: BSD-2-Clause
/*
 * malloc() and its kin for a program that carries modules: the C library's own, which the loader
 * then finds here first ("Replacing malloc", glibc's manual). A block of the module's bears a seal
 * at its end. So it is known again by whoever frees it, in whatever thread, and no other block
 * costs more than a look.
 */
#include "module/heap.h"

#include <dlfcn.h>
#include <errno.h>
#include <link.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

/* glibc's names for what is replaced. */
void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *p, size_t size);
void *__libc_memalign(size_t alignment, size_t size);
void __libc_free(void *p);

#define PUBLIC __attribute__((visibility("default")))

PUBLIC void *memalign(size_t alignment, size_t size);
PUBLIC size_t malloc_usable_size(void *p);

/* The last bytes of a block of the module's. */
struct seal {
	uint64_t size;  /* that was asked for */
	uint64_t check; /* of size and place: no other content has it but by a chance of 2^-64 */
};

#define SALT UINT64_C(0x6f70656e69687621)

/* The C library's malloc_usable_size(), since this file has the name. Known before there is a
 * module, and so before there is a seal. */
static size_t (*room_of)(void *p);

/* Where the loader's code is. What it asks for, it asks for on its own account: above all the table
 * that each new thread has, which stays with a stack that is kept for the next one. */
static struct {
	uintptr_t from, to;
} loader;

static int find_loader(struct dl_phdr_info *info, size_t size, void *inside)
{
	const uintptr_t at = (uintptr_t)inside;
	unsigned i;

	(void)size;
	for (i = 0; i < info->dlpi_phnum; i++) {
		const ElfW(Phdr) *p = &info->dlpi_phdr[i];
		const uintptr_t from = info->dlpi_addr + p->p_vaddr;

		if (p->p_type == PT_LOAD && at >= from && at - from < p->p_memsz) {
			loader.from = from;
			loader.to = from + p->p_memsz;
			return 1;
		}
	}
	return 0;
}

__attribute__((constructor)) static void find_room_of(void)
{
	void *found = dlsym(RTLD_NEXT, "malloc_usable_size");
	void *inside = dlsym(RTLD_DEFAULT, "__tls_get_addr");

	if (inside)
		dl_iterate_phdr(find_loader, inside);

	memcpy(&room_of, &found, sizeof(room_of));
	heap_counts.known = found != NULL;
}

static bool counts(const void *caller)
{
	const uintptr_t at = (uintptr_t)caller;

	if (at >= loader.from && at < loader.to)
		return false;
	return atomic_load_explicit(&heap_counts.carries, memory_order_relaxed) && !heap_ours &&
	       heap_counts.known;
}

static bool any_sealed(void)
{
	return atomic_load_explicit(&heap_counts.blocks, memory_order_relaxed) != 0;
}

static size_t with_seal(size_t size)
{
	return size < SIZE_MAX - sizeof(struct seal) ? size + sizeof(struct seal) : SIZE_MAX;
}

static uint64_t check_of(const void *p, uint64_t size)
{
	return ((uintptr_t)p ^ SALT) * UINT64_C(0x9e3779b97f4a7c15) ^ size;
}

static void *seal_place(void *p)
{
	return (char *)p + room_of(p) - sizeof(struct seal);
}

static void *seal(void *p, size_t size)
{
	const struct seal s = {.size = size, .check = check_of(p, size)};

	if (!p)
		return NULL;
	memcpy(seal_place(p), &s, sizeof(s));
	atomic_fetch_add_explicit(&heap_counts.blocks, 1, memory_order_relaxed);
	atomic_fetch_add_explicit(&heap_counts.bytes, size, memory_order_relaxed);
	return p;
}

/* Whether p is a block of the module's, and of what size. */
static bool sealed(void *p, size_t *size)
{
	struct seal s;

	if (room_of(p) < sizeof(s))
		return false;
	memcpy(&s, seal_place(p), sizeof(s));
	*size = s.size;
	return s.check == check_of(p, s.size);
}

static void unseal(void *p, size_t size)
{
	memset(seal_place(p), 0, sizeof(struct seal));
	atomic_fetch_sub_explicit(&heap_counts.blocks, 1, memory_order_relaxed);
	atomic_fetch_sub_explicit(&heap_counts.bytes, size, memory_order_relaxed);
}

PUBLIC void *malloc(size_t size)
{
	if (!counts(__builtin_return_address(0)))
		return __libc_malloc(size);
	return seal(__libc_malloc(with_seal(size)), size);
}

PUBLIC void *calloc(size_t count, size_t size)
{
	size_t total;

	if (!counts(__builtin_return_address(0)) || __builtin_mul_overflow(count, size, &total))
		return __libc_calloc(count, size);
	return seal(__libc_calloc(1, with_seal(total)), total);
}

PUBLIC void free(void *p)
{
	size_t size;

	if (p && any_sealed() && sealed(p, &size))
		unseal(p, size);
	__libc_free(p);
}

/* A block stays whose it was. */
PUBLIC void *realloc(void *p, size_t size)
{
	size_t before;
	void *grown;

	if (!p)
		return malloc(size);
	if (!any_sealed() || !sealed(p, &before))
		return __libc_realloc(p, size);
	unseal(p, before);
	if (!size) {
		__libc_free(p);
		return NULL;
	}
	grown = __libc_realloc(p, with_seal(size));
	if (!grown)
		seal(p, before);
	return seal(grown, size);
}

PUBLIC void *reallocarray(void *p, size_t count, size_t size)
{
	size_t total;

	if (!__builtin_mul_overflow(count, size, &total))
		return realloc(p, total);
	errno = ENOMEM;
	return NULL;
}

PUBLIC void *memalign(size_t alignment, size_t size)
{
	if (!counts(__builtin_return_address(0)))
		return __libc_memalign(alignment, size);
	return seal(__libc_memalign(alignment, with_seal(size)), size);
}

PUBLIC void *aligned_alloc(size_t alignment, size_t size)
{
	return memalign(alignment, size);
}

PUBLIC int posix_memalign(void **out, size_t alignment, size_t size)
{
	const int before = errno;
	void *p;

	if (alignment % sizeof(void *) || (alignment & (alignment - 1)) || !alignment)
		return EINVAL;
	p = memalign(alignment, size);
	errno = before;
	if (!p)
		return ENOMEM;
	*out = p;
	return 0;
}

/* The seal is not for the one who asks. */
PUBLIC size_t malloc_usable_size(void *p)
{
	size_t size;

	if (!p || !room_of)
		return 0;
	return any_sealed() && sealed(p, &size) ? room_of(p) - sizeof(struct seal) : room_of(p);
}
