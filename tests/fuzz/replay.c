// SPDX-License-Identifier: BSD-2-Clause
/*
 * Stands in for libFuzzer where a fuzz target is built without it: runs the target once on each
 * file of the given folders, in the order of their names, and on the empty input.
 */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

// The buffer is exactly as long as the file, so that a sanitizer sees a read beyond its end.
static int replay_file(const char *path)
{
	FILE *file = fopen(path, "rb");
	if (!file || fseek(file, 0, SEEK_END) != 0) {
		perror(path);
		return -1;
	}
	size_t size = (size_t)ftell(file);
	uint8_t *data = malloc(size ? size : 1);
	rewind(file);
	if (!data || fread(data, 1, size, file) != size) {
		perror(path);
		return -1;
	}
	fclose(file);
	(void)LLVMFuzzerTestOneInput(data, size);
	free(data);
	return 0;
}

static int is_visible(const struct dirent *entry)
{
	return entry->d_name[0] != '.';
}

// Returns the number of files, or -1.
static int replay_folder(const char *folder)
{
	struct dirent **entries = NULL;
	int n = scandir(folder, &entries, is_visible, alphasort);
	if (n < 0)
		perror(folder);
	int done = n;
	for (int i = 0; i < n; i++) {
		char path[4096];
		(void)snprintf(path, sizeof(path), "%s/%s", folder, entries[i]->d_name);
		if (done >= 0 && replay_file(path) < 0)
			done = -1;
		free(entries[i]);
	}
	free(entries);
	return done;
}

int main(int argc, char **argv)
{
	int total = 0;
	(void)LLVMFuzzerTestOneInput((const uint8_t *)"", 0);
	for (int i = 1; i < argc; i++) {
		int n = replay_folder(argv[i]);
		if (n < 0)
			return EXIT_FAILURE;
		total += n;
	}
	printf("replayed %d inputs\n", total);
	if (total == 0)
		fprintf(stderr, "the corpus is empty\n");
	return total > 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
