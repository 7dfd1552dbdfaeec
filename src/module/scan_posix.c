// SPDX-License-Identifier: BSD-2-Clause
/*
 * The memory of this process by /proc/self/maps, and what is in which of it, as glibc lays it out:
 * a thread's stack begins behind a small region that nobody may touch; a heap that is not the
 * first begins at a multiple of 64 MiB; a large block is a mapping with a header.
 */
#include "module/scan.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <link.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "module/platform.h"

#define HEAP_ALIGN  (UINT64_C(64) << 20)
#define GUARD_MAX   (64u * 1024)
#define LINE_MAX_   512u /* of the file; what is longer is a long path, and is cut */
#define IS_MMAPPED  2u   /* in the size of a block that is a mapping of its own */
#define BLOCK_FLAGS 7u

/* A sanitizer's tables are terabytes of memory. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SANITIZED true
#else
#define SANITIZED false
#endif

struct scan_map {
	int fd;
	size_t begin, end; /* of what is read and not used yet */
	char buf[4096];
};

/* A line of the file. */
struct region {
	uintptr_t begin, end;
	char access[5]; /* rwxp */
	unsigned long inode;
	char name[64]; /* its beginning */
};

int scan_map_new(struct scan_map **out)
{
	struct scan_map *m;
	int err;

	*out = NULL;
	if (SANITIZED)
		return -ENOTSUP;
	m = calloc(1, sizeof(*m));
	if (!m)
		return -ENOMEM;
	/* Before all descriptors may be gone. */
	m->fd = open("/proc/self/maps", O_RDONLY | O_CLOEXEC);
	if (m->fd >= 0) {
		*out = m;
		return 0;
	}
	err = -errno;
	free(m);
	return err;
}

void scan_map_free(struct scan_map *m)
{
	if (!m)
		return;
	close(m->fd);
	free(m);
}

/* ---- Where a library is. ---- */

struct search {
	uintptr_t base; /* of the library */
	struct scan_range found;
};

static int extent(struct dl_phdr_info *info, size_t size, void *user)
{
	struct search *s = user;
	uintptr_t begin, end;
	unsigned i;

	(void)size;
	if (info->dlpi_addr != s->base)
		return 0;
	s->found = (struct scan_range){UINTPTR_MAX, 0};
	for (i = 0; i < info->dlpi_phnum; i++) {
		if (info->dlpi_phdr[i].p_type != PT_LOAD)
			continue;
		begin = s->base + info->dlpi_phdr[i].p_vaddr;
		end = begin + info->dlpi_phdr[i].p_memsz;
		begin &= ~(uintptr_t)(platform_page_size() - 1);
		s->found.begin = begin < s->found.begin ? begin : s->found.begin;
		s->found.end = end > s->found.end ? end : s->found.end;
	}
	return 1;
}

bool scan_library(void *library, struct scan_range *out)
{
	struct link_map *map = NULL;
	struct search s = {0};

	if (dlinfo(library, RTLD_DI_LINKMAP, &map) || !map)
		return false;
	s.base = map->l_addr;
	if (!dl_iterate_phdr(extent, &s))
		return false;
	*out = s.found;
	return true;
}

/* ---- All memory. ---- */

/* The next line goes to out, cut to its room. False: there is none. */
static bool next_line(struct scan_map *m, char *out, size_t room)
{
	size_t n = 0;
	ssize_t got;
	char c;

	for (;;) {
		if (m->begin == m->end) {
			got = read(m->fd, m->buf, sizeof(m->buf));
			if (got <= 0)
				return false;
			m->begin = 0;
			m->end = (size_t)got;
		}
		c = m->buf[m->begin++];
		if (c == '\n')
			break;
		if (n + 1 < room)
			out[n++] = c;
	}
	out[n] = '\0';
	return true;
}

static bool next_region(struct scan_map *m, struct region *out)
{
	char line[LINE_MAX_];

	if (!next_line(m, line, sizeof(line)))
		return false;
	out->name[0] = '\0';
	return sscanf(line, "%lx-%lx %4s %*x %*x:%*x %lu %63s", &out->begin, &out->end, out->access,
		       &out->inode, out->name) >= 4;
}

static bool is_guard(const struct region *r)
{
	return memcmp(r->access, "---p", 4) == 0 && r->inode == 0 && r->end - r->begin <= GUARD_MAX;
}

/* A block that malloc() has mapped: nothing before it, and a size with a flag. */
static bool is_large_block(const struct region *r)
{
	uint64_t head[2];

	return platform_read((const void *)r->begin, head, sizeof(head)) == 0 && head[0] == 0 &&
	       (head[1] & BLOCK_FLAGS) == IS_MMAPPED &&
	       (head[1] & ~(uint64_t)BLOCK_FLAGS) <= r->end - r->begin;
}

static enum module_place place_of(const struct region *r, const struct region *before)
{
	if (strcmp(r->name, "[heap]") == 0)
		return PLACE_HEAP;
	if (strncmp(r->name, "[stack", 6) == 0)
		return PLACE_STACK;
	if (r->inode)
		return PLACE_OTHER;
	if (r->begin % HEAP_ALIGN == 0)
		return PLACE_HEAP;
	if (before->end == r->begin && is_guard(before))
		return PLACE_STACK;
	return is_large_block(r) ? PLACE_HEAP : PLACE_OTHER;
}

/* A device's registers are not ours to read. */
static bool is_memory(const struct region *r)
{
	return r->access[0] == 'r' && r->access[1] == 'w' &&
	       !(r->access[3] == 's' && strncmp(r->name, "/dev/", 5) == 0 &&
		       strncmp(r->name, "/dev/shm/", 9) != 0 &&
		       strncmp(r->name, "/dev/zero", 9) != 0);
}

int scan_map_visit(struct scan_map *m,
	void (*visit)(void *user, const struct scan_range *range, enum module_place place),
	void *user)
{
	struct region r, before = {0};
	struct scan_range range;

	if (lseek(m->fd, 0, SEEK_SET) < 0)
		return -errno;
	m->begin = m->end = 0;
	for (; next_region(m, &r); before = r) {
		range = (struct scan_range){r.begin, r.end};
		if (is_memory(&r))
			visit(user, &range, place_of(&r, &before));
	}
	return 0;
}
