// SPDX-License-Identifier: BSD-2-Clause
#include "module/scan.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/wipe.h"
#include "module/platform.h"

#define PIECE  (64u * 1024)
#define BEHIND (MODULE_NEEDLE_SIZE - 1) /* read with a piece: of what begins in it */
#define FIRST  4u                       /* bytes by which most places are ruled out */

/* In pages of its own, which are left out. */
struct scan {
	struct scan_map *map;
	struct scan_range library;
	struct module_probe *probe;
	/* Needles whose byte i is this one, a bit each */
	uint16_t by_byte[FIRST][256];
	uint8_t piece[PIECE + BEHIND];
};

int scan_new(void *library, struct scan **out)
{
	struct scan *s = platform_pages(sizeof(*s));
	int err;

	*out = NULL;
	if (!s)
		return -ENOMEM;
	if (!scan_library(library, &s->library))
		s->library = (struct scan_range){0, 0};
	err = scan_map_new(&s->map);
	if (err)
		scan_free(s);
	else
		*out = s;
	return err;
}

void scan_free(struct scan *s)
{
	if (!s)
		return;
	scan_map_free(s->map);
	platform_pages_free(s, sizeof(*s));
}

/* ---- Finding. ---- */

static bool is_here(const struct module_needle *n, const uint8_t *p)
{
	uint32_t i;

	for (i = 0; i < n->length; i++)
		if ((p[i] ^ n->mask[i]) != n->masked[i])
			return false;
	return true;
}

static void found(struct module_found *f, enum module_place place)
{
	if (f->count == 0)
		f->first = place;
	if (f->count < UINT32_MAX)
		f->count++;
}

/* All needles that may begin at p, of which `left` bytes can be read. */
static void look(struct scan *s, const uint8_t *p, size_t left, enum module_place place)
{
	struct module_probe *probe = s->probe;
	uint32_t i, may;

	if (left < MODULE_NEEDLE_MIN)
		return;
	may = s->by_byte[0][p[0]] & s->by_byte[1][p[1]] & s->by_byte[2][p[2]] & s->by_byte[3][p[3]];
	for (i = 0; may; i++, may >>= 1)
		if ((may & 1) && left >= probe->scan.needles[i].length &&
			is_here(&probe->scan.needles[i], p))
			found(&probe->scan.found[i], place);
}

/* What begins in the first n bytes of the piece. Most memory is zero, and no secret begins so. */
static void look_through(struct scan *s, size_t n, size_t have, enum module_place place)
{
	const bool zeros = s->by_byte[0][0] == 0;
	const uint8_t *p = s->piece;
	uint64_t word;
	size_t i = 0;

	while (i < n) {
		if (zeros && i + sizeof(word) <= n) {
			memcpy(&word, p + i, sizeof(word));
			if (word == 0) {
				i += sizeof(word);
				continue;
			}
		}
		if (s->by_byte[0][p[i]])
			look(s, p + i, have - i, place);
		i++;
	}
}

/* ---- Reading. ---- */

/* n bytes at `at` go to the piece, with those behind them up to `end`. Returns how many there are;
 * 0: the memory is gone. */
static size_t take(struct scan *s, uintptr_t at, size_t n, uintptr_t end)
{
	const size_t all = end - at < n + BEHIND ? (size_t)(end - at) : n + BEHIND;

	if (platform_read((const void *)at, s->piece, all) == 0)
		return all;
	return platform_read((const void *)at, s->piece, n) == 0 ? n : 0;
}

static void read_range(struct scan *s, uintptr_t at, uintptr_t end, enum module_place place)
{
	const size_t page = platform_page_size();
	size_t n, have;

	while (at < end) {
		n = end - at < PIECE ? (size_t)(end - at) : PIECE;
		have = take(s, at, n, end);
		if (!have) {
			/* A part of it may still be there. */
			n = n < page ? n : page;
			have = take(s, at, n, end);
		}
		if (have)
			look_through(s, n, have, place);
		s->probe->scan.bytes += have ? n : 0;
		at += n;
	}
}

/* [begin, end) without what we look with. */
static void read_around(struct scan *s, uintptr_t begin, uintptr_t end, enum module_place place)
{
	const size_t page = platform_page_size();
	const uintptr_t own = (uintptr_t)s, own_end = own + (sizeof(*s) + page - 1) / page * page;

	if (end <= own || begin >= own_end) {
		read_range(s, begin, end, place);
		return;
	}
	if (begin < own)
		read_range(s, begin, own, place);
	if (own_end < end)
		read_range(s, own_end, end, place);
}

static void visit(void *user, const struct scan_range *range, enum module_place place)
{
	struct scan *s = user;

	if (range->begin >= s->library.begin && range->begin < s->library.end)
		place = PLACE_DATA;
	read_around(s, range->begin, range->end, place);
}

static void prepare(struct scan *s, struct module_probe *p)
{
	const struct module_needle *n = p->scan.needles;
	uint32_t i, j;

	memset(s->by_byte, 0, sizeof(s->by_byte));
	for (i = 0; i < p->scan.count; i++)
		for (j = 0; j < FIRST; j++)
			s->by_byte[j][n[i].mask[j] ^ n[i].masked[j]] |= (uint16_t)(1u << i);
	memset(p->scan.found, 0, sizeof(p->scan.found));
	p->scan.bytes = 0;
	s->probe = p;
}

int scan_run(struct scan *s, struct module_probe *p)
{
	int err;

	prepare(s, p);
	err = scan_map_visit(s->map, visit, s);
	wipe(s->piece, sizeof(s->piece));
	wipe(s->by_byte, sizeof(s->by_byte));
	return err;
}
