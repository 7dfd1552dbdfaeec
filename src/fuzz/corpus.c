// SPDX-License-Identifier: BSD-2-Clause
#include "fuzz/corpus.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/wipe.h"

static int read_file(const char *path, uint8_t **out, size_t *length)
{
	FILE *f = fopen(path, "rb");
	int err = f ? 0 : -errno;

	*out = f ? malloc(INPUT_BYTES) : NULL;
	if (f && !*out)
		err = -ENOMEM;
	if (!err) {
		*length = fread(*out, 1, INPUT_BYTES, f);
		if (ferror(f))
			err = -EIO;
	}
	if (f)
		fclose(f);
	if (err)
		free(*out);
	return err;
}

int corpus_read(const char *path, struct input *out)
{
	uint8_t *bytes;
	size_t length = 0;
	int rc = read_file(path, &bytes, &length);

	if (rc)
		return rc;
	input_read(bytes, length, out);
	free(bytes);
	return 0;
}

int corpus_write(const char *path, const struct input *in)
{
	uint8_t *bytes = malloc(INPUT_BYTES);
	char temporary[PATH_MAX];
	FILE *f = NULL;
	int err = bytes ? 0 : -ENOMEM;

	if (!err &&
		snprintf(temporary, sizeof(temporary), "%s.new", path) >= (int)sizeof(temporary))
		err = -ENAMETOOLONG;
	if (!err) {
		f = fopen(temporary, "wb");
		err = f ? 0 : -errno;
	}
	if (f) {
		fwrite(bytes, 1, input_write(in, bytes), f);
		if (ferror(f))
			err = -EIO;
		if (fclose(f) && !err)
			err = -errno;
		if (!err && rename(temporary, path))
			err = -errno;
		if (err)
			unlink(temporary);
	}
	free(bytes);
	return err;
}

static int keep(struct corpus *c, uint8_t *bytes, size_t length, unsigned id)
{
	if (c->count == c->room) {
		unsigned more = c->room ? 2 * c->room : 64;
		struct corpus_entry *list = reallocarray(c->list, more, sizeof(*list));

		if (!list)
			return -ENOMEM;
		c->list = list;
		c->room = more;
	}
	c->list[c->count++] = (struct corpus_entry){bytes, length, id};
	if (id >= c->next_id)
		c->next_id = id + 1;
	return 0;
}

static int take_file(struct corpus *c, const char *name, char *err, size_t room)
{
	char path[PATH_MAX];
	struct stat st;
	uint8_t *bytes, *fit;
	size_t length = 0;
	unsigned id = c->next_id;
	int rc;

	snprintf(path, sizeof(path), "%s/%s", c->folder, name);
	if (stat(path, &st) || !S_ISREG(st.st_mode))
		return 0;
	rc = read_file(path, &bytes, &length);
	if (rc) {
		snprintf(err, room, "%s: %s", path, strerror(-rc));
		return rc;
	}
	if (sscanf(name, "id:%6u", &id) != 1)
		id = c->next_id;
	fit = realloc(bytes, length ? length : 1);
	rc = keep(c, fit ? fit : bytes, length, id);
	if (rc)
		free(fit ? fit : bytes);
	return rc;
}

static int no_dots(const struct dirent *d)
{
	return d->d_name[0] != '.';
}

/* In the order of bytes, whatever the user's language. */
static int by_name(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

int corpus_open(const char *folder, struct corpus *out, char *err, size_t room)
{
	struct dirent **names;
	int n, i, rc = 0;

	*out = (struct corpus){0};
	if (!folder)
		return 0;
	snprintf(err, room, "out of memory");
	out->folder = strdup(folder);
	if (!out->folder)
		return -ENOMEM;
	n = mkdir(folder, 0700) && errno != EEXIST ? -1 : scandir(folder, &names, no_dots, by_name);
	if (n < 0) {
		rc = -errno;
		snprintf(err, room, "%s: %s", folder, strerror(-rc));
		return rc;
	}
	for (i = 0; i < n; i++) {
		if (!rc)
			rc = take_file(out, names[i]->d_name, err, room);
		free(names[i]);
	}
	free(names);
	return rc;
}

void corpus_free(struct corpus *c)
{
	unsigned i;

	for (i = 0; i < c->count; i++) {
		wipe(c->list[i].bytes, c->list[i].length);
		free(c->list[i].bytes);
	}
	free(c->list);
	free(c->folder);
	*c = (struct corpus){0};
}

int corpus_add(struct corpus *c, const struct input *in, const char *how, char *err, size_t room)
{
	char path[PATH_MAX];
	uint8_t *bytes = malloc(INPUT_BYTES), *fit;
	unsigned id = c->next_id;
	size_t length;
	int rc;

	snprintf(err, room, "out of memory");
	if (!bytes)
		return -ENOMEM;
	length = input_write(in, bytes);
	fit = realloc(bytes, length ? length : 1);
	rc = keep(c, fit ? fit : bytes, length, id);
	if (rc) {
		free(fit ? fit : bytes);
		return rc;
	}
	if (!c->folder)
		return 0;
	snprintf(path, sizeof(path), "%s/id:%06u,%s", c->folder, id, how);
	rc = corpus_write(path, in);
	if (rc)
		snprintf(err, room, "%s: %s", path, strerror(-rc));
	return rc;
}

void corpus_get(const struct corpus *c, unsigned i, struct input *out)
{
	input_read(c->list[i].bytes, c->list[i].length, out);
}
