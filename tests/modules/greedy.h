// SPDX-License-Identifier: BSD-2-Clause
/*
 * What greedy.so tries before each pre-association: things that a module has no business with. It
 * tells by a notification each, with the attempt as code and errno (0: it worked) as data.
 */
#ifndef OPENIHV_TESTS_MODULES_GREEDY_H
#define OPENIHV_TESTS_MODULES_GREEDY_H

enum greedy {
	GREEDY_WRITE_FILE = 1,
	GREEDY_READ_SECRET,
	GREEDY_SOCKET,
	GREEDY_FORK,
	GREEDY_EXEC,
	GREEDY_PTRACE,
	GREEDY_KILL,
	GREEDY_MEMORY,
	GREEDY_THREADS,
	GREEDY_DESCRIPTORS,
	GREEDY_END
};

#endif
