// SPDX-License-Identifier: BSD-2-Clause
#include "contract/rules.h"

#include <ctype.h>
#include <stdbool.h>

static const struct rule table[RULE_COUNT] = {
#define RULE(id, name, severity, status, text, source, note)                                       \
	[RULE_##id] = {name, SEVERITY_##severity, RULE_##status, text, source, note},
#include "contract/rules.def"
#undef RULE
};

const struct rule *rule_info(enum rule_id id)
{
	return &table[id];
}

static bool same(const char *id, const char *name)
{
	for (; *id; id++) {
		if (*id == '-' && *name != '-')
			continue;
		if (toupper((unsigned char)*name) != *id)
			return false;
		name++;
	}
	return *name == '\0';
}

enum rule_id rule_by_name(const char *name)
{
	unsigned id;

	for (id = 0; id < RULE_COUNT; id++)
		if (same(table[id].id, name))
			break;
	return (enum rule_id)id;
}

char rule_severity_letter(enum rule_severity severity)
{
	return "FEW"[severity];
}
