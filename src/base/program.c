// SPDX-License-Identifier: BSD-2-Clause
#include "base/program.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

char *program_find(const char *name, const char *variable)
{
	const char *given = variable ? secure_getenv(variable) : NULL;
	char self[PATH_MAX], *slash, *found = NULL;
	ssize_t n;

	if (given)
		return strdup(given);
	n = readlink("/proc/self/exe", self, sizeof(self) - 1);
	if (n > 0) {
		self[n] = '\0';
		slash = strrchr(self, '/');
		if (slash && asprintf(&found, "%.*s/%s", (int)(slash - self), self, name) < 0)
			return NULL;
		if (found && access(found, R_OK) == 0)
			return found;
		free(found);
	}
	return asprintf(&found, "%s/%s", OPENIHV_LIBEXECDIR, name) < 0 ? NULL : found;
}
