// SPDX-License-Identifier: BSD-2-Clause
/*
 * A library's table of imports: the words that the loader has filled in by its relocations. All are
 * filled in, since platform_load() has the loader do that at once.
 */
#include "module/jump.h"

#include <dlfcn.h>
#include <elf.h>
#include <errno.h>
#include <link.h>
#include <string.h>

#include "module/platform.h"

/* Relocations by which the address of a function is written to a word. */
#if defined(__x86_64__)
static const unsigned by_address[] = {R_X86_64_JUMP_SLOT, R_X86_64_GLOB_DAT, R_X86_64_64};
#elif defined(__aarch64__)
static const unsigned by_address[] = {R_AARCH64_JUMP_SLOT, R_AARCH64_GLOB_DAT, R_AARCH64_ABS64};
#else
static const unsigned by_address[] = {0}; /* not known: none */
#endif

struct image {
	uintptr_t base;
	const char *names;
	const Elf64_Sym *symbols;
	struct {
		const Elf64_Rela *list;
		size_t bytes;
	} relocations, plt;
	uintptr_t relro, relro_end; /* whole pages that the loader has made read-only since */
};

static int find_relro(struct dl_phdr_info *info, size_t size, void *user)
{
	const uintptr_t page = platform_page_size();
	struct image *image = user;
	unsigned i;

	(void)size;
	if (info->dlpi_addr != image->base)
		return 0;
	for (i = 0; i < info->dlpi_phnum; i++) {
		if (info->dlpi_phdr[i].p_type != PT_GNU_RELRO)
			continue;
		image->relro = (image->base + info->dlpi_phdr[i].p_vaddr) & ~(page - 1);
		image->relro_end =
			(image->base + info->dlpi_phdr[i].p_vaddr + info->dlpi_phdr[i].p_memsz) &
			~(page - 1);
	}
	return 1;
}

/* glibc has put the base to it; other loaders have not. */
static const void *address(const struct image *image, const Elf64_Dyn *d)
{
	return (const void *)(d->d_un.d_ptr < image->base ? image->base + d->d_un.d_ptr
							  : d->d_un.d_ptr);
}

static int find(void *library, struct image *image)
{
	struct link_map *map = NULL;
	const Elf64_Dyn *d;

	*image = (struct image){0};
	if (!by_address[0] || dlinfo(library, RTLD_DI_LINKMAP, &map) || !map)
		return -ENOTSUP;
	image->base = map->l_addr;
	for (d = map->l_ld; d->d_tag != DT_NULL; d++) {
		if (d->d_tag == DT_STRTAB)
			image->names = address(image, d);
		else if (d->d_tag == DT_SYMTAB)
			image->symbols = address(image, d);
		else if (d->d_tag == DT_RELA)
			image->relocations.list = address(image, d);
		else if (d->d_tag == DT_RELASZ)
			image->relocations.bytes = d->d_un.d_val;
		else if (d->d_tag == DT_JMPREL)
			image->plt.list = address(image, d);
		else if (d->d_tag == DT_PLTRELSZ)
			image->plt.bytes = d->d_un.d_val;
	}
	dl_iterate_phdr(find_relro, image);
	return image->names && image->symbols ? 0 : -ENOTSUP;
}

static const struct jump_import *import_of(const struct image *image, const Elf64_Rela *r)
{
	const Elf64_Sym *symbol = &image->symbols[ELF64_R_SYM(r->r_info)];
	const char *name = image->names + symbol->st_name;
	size_t i;

	for (i = 0; i < sizeof(by_address) / sizeof(by_address[0]); i++)
		if (ELF64_R_TYPE(r->r_info) == by_address[i])
			break;
	/* What the module defines itself is its own. */
	if (i == sizeof(by_address) / sizeof(by_address[0]) || symbol->st_shndx != SHN_UNDEF)
		return NULL;
	for (i = 0; i < jump_import_count; i++)
		if (strcmp(jump_imports[i].name, name) == 0)
			return &jump_imports[i];
	return NULL;
}

/* Other threads may be calling it: they see the one or the other. */
static int replace(const struct image *image, const Elf64_Rela *r, const struct jump_import *import)
{
	const size_t page = platform_page_size();
	const uintptr_t at = image->base + r->r_offset;
	void *const start = (void *)(at & ~(page - 1));
	const uintptr_t value = (uintptr_t)import->ours + (uintptr_t)r->r_addend;
	const bool sealed = at >= image->relro && at < image->relro_end;
	int err = sealed ? platform_protect(start, page, PLATFORM_WRITE) : 0;

	if (err)
		return err;
	__atomic_store_n((uintptr_t *)at, value, __ATOMIC_RELEASE);
	return sealed ? platform_protect(start, page, PLATFORM_READ) : 0;
}

static int replace_all(const struct image *image, const Elf64_Rela *r, size_t bytes)
{
	const struct jump_import *import;
	size_t i;
	int err = 0;

	for (i = 0; r && i < bytes / sizeof(*r) && !err; i++) {
		import = import_of(image, &r[i]);
		if (import)
			err = replace(image, &r[i], import);
	}
	return err;
}

int jump_replace(void *library)
{
	struct image image;
	int err = find(library, &image);

	if (!err)
		err = replace_all(&image, image.relocations.list, image.relocations.bytes);
	return err ? err : replace_all(&image, image.plt.list, image.plt.bytes);
}
