// SPDX-License-Identifier: BSD-2-Clause
/* The 102 rules of the contract as data (rules.def). */
#ifndef OPENIHV_CONTRACT_RULES_H
#define OPENIHV_CONTRACT_RULES_H

enum rule_id {
#define RULE(id, name, severity, status, text, source, note) RULE_##id,
#include "contract/rules.def"
#undef RULE
	RULE_COUNT
};

enum rule_severity {
	SEVERITY_F, /* memory lifetime, dead handle, security exposure */
	SEVERITY_E, /* contract broken, state still defined */
	SEVERITY_W, /* suspicious, ambiguous, or quality */
};

enum rule_status {
	RULE_CHECKED,
	RULE_VERIFIED, /* no crossing shows it: openihv verify or fuzz does, as .note says */
};

struct rule {
	const char *id; /* "X-40" */
	enum rule_severity severity;
	enum rule_status status;
	const char *text;
	const char *source; /* page of the Windows driver documentation, by file name */
	const char *note;   /* "" or what is not seen, or waited for */
};

const struct rule *rule_info(enum rule_id id);
/* "X-40", "x40", "x-40"; RULE_COUNT if there is none. */
enum rule_id rule_by_name(const char *name);
char rule_severity_letter(enum rule_severity severity);

#endif
