// SPDX-License-Identifier: BSD-2-Clause
#include "verify/report_fields.h"

#include <errno.h>
#include <stdarg.h>
#include <string.h>

#include "trace/json.h"
#include "verify/report_internal.h"

int field_fail(const struct source *s, const char *fmt, ...)
{
	char text[256], *p;
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	for (p = text; *p; p++)
		if (*p < ' ' || *p > '~')
			*p = '?';
	if (s->part[0])
		snprintf(s->err, s->room, "%s %zu: %s", s->part, s->index, text);
	else
		snprintf(s->err, s->room, "%s", text);
	return -EBADMSG;
}

int field_number(
	const struct source *s, const char *key, const json_t *value, uint64_t max, uint64_t *out)
{
	if (trace_number(value, out))
		return field_fail(s, "\"%.40s\" is not a number, or negative", key);
	if (*out > max)
		return field_fail(s, "\"%.40s\" is above %llu", key, (unsigned long long)max);
	return 0;
}

int field_text(const struct source *s, const char *key, const json_t *value, size_t max, char *out)
{
	if (!json_is_string(value))
		return field_fail(s, "\"%.40s\" is not a text", key);
	if (json_string_length(value) >= max)
		return field_fail(s, "\"%.40s\" is longer than %zu bytes", key, max - 1);
	text_clean(json_string_value(value), out, max);
	return 0;
}

static int get_bool(const struct source *s, const char *key, const json_t *value, bool *out)
{
	if (!json_is_boolean(value))
		return field_fail(s, "\"%.40s\" is neither true nor false", key);
	*out = json_is_true(value);
	return 0;
}

static int get_field(struct source *s, const struct field *field, const json_t *value, void *base)
{
	char *to = (char *)base + field->offset;
	uint64_t number = 0;
	int ret;

	switch (field->kind) {
	case FIELD_DERIVED:
		return 0;
	case FIELD_U64:
		return field_number(s, field->key, value, field->max, (uint64_t *)(void *)to);
	case FIELD_U32:
		ret = field_number(s, field->key, value, field->max, &number);
		*(uint32_t *)(void *)to = (uint32_t)number;
		return ret;
	case FIELD_TEXT:
		return field_text(s, field->key, value, (size_t)field->max, to);
	case FIELD_BOOL:
		return get_bool(s, field->key, value, (bool *)(void *)to);
	case FIELD_OTHER:
		return field->read(s, value, base);
	}
	return 0;
}

int field_object(struct source *s, const json_t *object, const struct field *fields, size_t count,
	void *base)
{
	const char *key;
	json_t *value;
	size_t i;
	int ret;

	if (!json_is_object(object))
		return field_fail(s, "not a JSON object");
	json_object_foreach((json_t *)object, key, value)
	{
		for (i = 0; i < count; i++)
			if (strcmp(key, fields[i].key) == 0)
				break;
		if (i == count)
			return field_fail(s, "\"%.40s\" is an unknown field", key);
	}
	for (i = 0; i < count; i++) {
		value = json_object_get(object, fields[i].key);
		if (!value)
			return field_fail(s, "\"%s\" is missing", fields[i].key);
		ret = get_field(s, &fields[i], value, base);
		if (ret)
			return ret;
	}
	return 0;
}
