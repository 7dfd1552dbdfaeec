// SPDX-License-Identifier: BSD-2-Clause
/* The reading half of a trace: a file from anywhere, of any content. */
#include "trace/trace.h"
#include "trace/json.h"
#include "trace/names.h"

#include <errno.h>
#include <stdarg.h>
#include <string.h>

#include "base/bytes.h"
#include "base/cleanup.h"
#include "base/hex.h"

struct source {
	FILE *file;
	const char *name; /* NULL: no file, one crossing */
	uint64_t line;    /* number of the present one */
	char *text;       /* its TRACE_LINE_MAX bytes at most */
	size_t length;
	uint64_t seq; /* of the last crossing */
	char *err;
	size_t errlen;
};

/* Says where and what; what a hostile line brought along is made printable. */
__attribute__((format(printf, 3, 4))) static int fail(
	struct source *s, int error, const char *fmt, ...)
{
	va_list ap;
	int n;
	char *p;

	if (!s->errlen)
		return error;
	n = s->name ? snprintf(s->err, s->errlen, "%s:%llu: ", s->name, (unsigned long long)s->line)
		    : 0;
	if (n < 0 || (size_t)n >= s->errlen)
		return error;
	va_start(ap, fmt);
	(void)vsnprintf(s->err + n, s->errlen - (size_t)n, fmt, ap);
	va_end(ap);
	for (p = s->err + n; *p; p++)
		if (*p < ' ' || *p > '~')
			*p = '?';
	return error;
}

static int bad(struct source *s, const char *key, const char *what)
{
	return fail(s, -EBADMSG, "\"%.40s\" %s", key, what);
}

/* The next line, without its end. 1: there is one, 0: the file is over. */
static int next_line(struct source *s)
{
	int c = EOF;

	s->line++;
	s->length = 0;
	while ((c = getc_unlocked(s->file)) != EOF && c != '\n') {
		if (s->length == TRACE_LINE_MAX)
			return fail(
				s, -EBADMSG, "the line is longer than %d bytes", TRACE_LINE_MAX);
		s->text[s->length++] = (char)c;
	}
	if (c == EOF && ferror(s->file))
		return fail(s, -EIO, "cannot be read: %s", strerror(errno));
	return c == '\n' || s->length > 0;
}

int trace_number(const json_t *value, uint64_t *out)
{
	uint8_t bytes[8];
	char digits[2 * sizeof(bytes)];
	const char *text = json_string_value(value);
	size_t n = text ? strlen(text) : 0;

	if (json_is_integer(value) && json_integer_value(value) >= 0) {
		*out = (uint64_t)json_integer_value(value);
	} else if (n > 2 && n <= 2 + 2 * sizeof(bytes) && text[0] == '0' && text[1] == 'x') {
		memset(digits, '0', sizeof(digits));
		memcpy(digits + sizeof(digits) - (n - 2), text + 2, n - 2);
		if (hex_decode(digits, sizeof(digits), bytes, sizeof(bytes)) < 0)
			return -EINVAL;
		*out = load_be64(bytes);
	} else {
		return -EINVAL;
	}
	return 0;
}

static int get_number(
	struct source *s, const char *key, const json_t *value, uint64_t max, uint64_t *out)
{
	if (trace_number(value, out))
		return bad(s, key, "is not a number, or negative");
	if (*out > max)
		return fail(s, -EBADMSG, "\"%.40s\" is above %llu", key, (unsigned long long)max);
	return 0;
}

static int get_u32(struct source *s, const char *key, const json_t *value, uint32_t *out)
{
	uint64_t v = 0;
	int ret = get_number(s, key, value, UINT32_MAX, &v);

	*out = (uint32_t)v;
	return ret;
}

static int get_seq(struct source *s, const json_t *value, struct crossing *x)
{
	int ret = get_number(s, "seq", value, UINT64_MAX, &x->seq);

	if (ret == 0 && x->seq <= s->seq)
		ret = fail(s, -EBADMSG, "\"seq\" does not increase: %llu after %llu",
			(unsigned long long)x->seq, (unsigned long long)s->seq);
	s->seq = x->seq;
	return ret;
}

static int get_time(struct source *s, const json_t *value, struct crossing *x)
{
	return get_number(s, "time", value, UINT64_MAX, &x->time);
}

static int get_thread(struct source *s, const json_t *value, struct crossing *x)
{
	uint64_t v = 0;
	int ret = get_number(s, "thread", value, UINT16_MAX, &v);

	x->thread = (uint16_t)v;
	return ret;
}

static int get_call(struct source *s, const json_t *value, struct crossing *x)
{
	enum crossing_fn fn;

	if (!json_is_string(value))
		return bad(s, "call", "is not a string");
	fn = crossing_by_name(json_string_value(value));
	if (fn == FN_COUNT)
		return fail(s, -EBADMSG, "there is no call \"%.60s\"", json_string_value(value));
	x->fn = (uint16_t)fn;
	return 0;
}

static bool phase_fits(enum crossing_fn fn, unsigned phase)
{
	enum crossing_border border = crossing_border(fn);
	bool call = border == BORDER_HANDLER || border == BORDER_FUNCTION;

	return call == (phase != PHASE_POINT);
}

static int get_phase(struct source *s, const json_t *value, struct crossing *x)
{
	const char *text = json_string_value(value);
	unsigned phase;

	for (phase = 0; text && phase < TRACE_PHASES; phase++)
		if (strcmp(text, trace_phase_names[phase]) == 0)
			break;
	if (!text || phase == TRACE_PHASES)
		return bad(s, "phase", "is not enter, exit or point");
	if (!phase_fits((enum crossing_fn)x->fn, phase))
		return fail(s, -EBADMSG, "\"%s\" has no phase %s",
			crossing_name((enum crossing_fn)x->fn), text);
	x->phase = (uint8_t)phase;
	return 0;
}

static int get_adapter(struct source *s, const json_t *value, struct crossing *x)
{
	return get_number(s, "adapter", value, UINT64_MAX, &x->adapter);
}

static int get_ext(struct source *s, const json_t *value, struct crossing *x)
{
	return get_u32(s, "ext", value, &x->ext);
}

static int get_handle(struct source *s, const json_t *value, struct crossing *x)
{
	return get_number(s, "handle", value, UINT64_MAX, &x->handle);
}

static int get_peer(struct source *s, const json_t *value, struct crossing *x)
{
	struct mac peer;

	if (!json_is_string(value) || mac_parse(json_string_value(value), &peer) < 0)
		return bad(s, "peer", "is not a MAC address");
	x->peer = mac_to_u64(&peer);
	return 0;
}

static int get_result(struct source *s, const json_t *value, struct crossing *x)
{
	return get_u32(s, "result", value, &x->result);
}

static int get_reason(struct source *s, const json_t *value, struct crossing *x)
{
	return get_u32(s, "reason", value, &x->reason);
}

static int get_flags(struct source *s, const json_t *value, struct crossing *x)
{
	const json_t *item;
	const char *name;
	size_t i;
	unsigned flag;

	if (!json_is_array(value))
		return bad(s, "flags", "is not a list");
	json_array_foreach(value, i, item)
	{
		name = json_string_value(item);
		for (flag = 0; name && flag < TRACE_FLAGS; flag++)
			if (strcmp(name, trace_flag_names[flag]) == 0)
				break;
		if (!name || flag == TRACE_FLAGS)
			return bad(s, "flags", "has an unknown name");
		x->flags |= (uint8_t)(1u << flag);
	}
	return 0;
}

static int get_data(struct source *s, const json_t *value, struct crossing *x)
{
	ssize_t n = -1;

	if (json_is_string(value))
		n = hex_decode(json_string_value(value), json_string_length(value), x->data,
			sizeof(x->data));
	if (n < 0)
		return fail(s, -EBADMSG, "\"data\" is not hex of at most %d bytes", CROSSING_DATA);
	x->data_length = (uint8_t)n;
	return 0;
}

static int find_arg(const struct crossing *x, const char *key)
{
	const char *const *names = crossing_args((enum crossing_fn)x->fn);
	int i;

	for (i = 0; i < CROSSING_ARGS; i++)
		if (names[i][0] != '_' && strcmp(names[i], key) == 0)
			return i;
	return -1;
}

static size_t count_args(const struct crossing *x)
{
	const char *const *names = crossing_args((enum crossing_fn)x->fn);
	size_t i, n = 0;

	for (i = 0; i < CROSSING_ARGS; i++)
		n += names[i][0] != '_';
	return n;
}

static int get_args(struct source *s, const json_t *value, struct crossing *x)
{
	const char *key;
	json_t *item;
	int i, ret;

	if (!json_is_object(value))
		return bad(s, "args", "is not an object");
	json_object_foreach((json_t *)value, key, item)
	{
		i = find_arg(x, key);
		if (i < 0)
			return fail(s, -EBADMSG, "\"%s\" has no argument \"%.40s\"",
				crossing_name((enum crossing_fn)x->fn), key);
		ret = get_u32(s, key, item, &x->arg[i]);
		if (ret < 0)
			return ret;
	}
	return 0;
}

/* The call comes first: what the others may be depends on it. */
static const struct field {
	const char *key;
	bool needed;
	int (*get)(struct source *s, const json_t *value, struct crossing *x);
} fields[] = {
	{"call", true, get_call},
	{"seq", true, get_seq},
	{"time", true, get_time},
	{"phase", true, get_phase},
	{"thread", false, get_thread},
	{"adapter", false, get_adapter},
	{"ext", false, get_ext},
	{"handle", false, get_handle},
	{"peer", false, get_peer},
	{"result", false, get_result},
	{"reason", false, get_reason},
	{"flags", false, get_flags},
	{"data", false, get_data},
	{"args", false, get_args},
};

#define FIELDS (sizeof(fields) / sizeof(*fields))

static int check_keys(struct source *s, const json_t *object)
{
	const char *key;
	json_t *value;
	size_t i;

	json_object_foreach((json_t *)object, key, value)
	{
		for (i = 0; i < FIELDS; i++)
			if (strcmp(key, fields[i].key) == 0)
				break;
		if (i == FIELDS)
			return bad(s, key, "is an unknown key");
	}
	return 0;
}

/* An argument that is left out is no zero: the line is not what the writer writes. */
static int check_args(struct source *s, const json_t *object, const struct crossing *x)
{
	if (json_object_size(json_object_get(object, "args")) == count_args(x))
		return 0;
	return fail(s, -EBADMSG, "\"%s\" needs %zu arguments in \"args\"",
		crossing_name((enum crossing_fn)x->fn), count_args(x));
}

static int get_crossing(struct source *s, const json_t *object, struct crossing *x)
{
	size_t i;
	int ret = check_keys(s, object);

	memset(x, 0, sizeof(*x));
	for (i = 0; i < FIELDS && ret == 0; i++) {
		const json_t *value = json_object_get(object, fields[i].key);

		if (value)
			ret = fields[i].get(s, value, x);
		else if (fields[i].needed)
			ret = fail(s, -EBADMSG, "\"%s\" is missing", fields[i].key);
	}
	return ret < 0 ? ret : check_args(s, object, x);
}

int trace_crossing(
	const json_t *object, uint64_t *seq, struct crossing *out, char *err, size_t errlen)
{
	struct source s = {.seq = *seq, .err = err, .errlen = errlen};
	int ret;

	if (!json_is_object(object))
		return fail(&s, -EBADMSG, "not a JSON object");
	ret = get_crossing(&s, object, out);
	*seq = s.seq;
	return ret;
}

static int check_header(struct source *s, const json_t *object)
{
	const json_t *format = json_object_get(object, "openihv-trace");

	if (!json_is_integer(format))
		return fail(s, -EBADMSG, "not a trace: the first line has no \"openihv-trace\"");
	if (json_integer_value(format) != TRACE_FORMAT)
		return fail(s, -EBADMSG, "a trace of format %lld; this program reads format %d",
			(long long)json_integer_value(format), TRACE_FORMAT);
	if (!json_is_string(json_object_get(object, "version")) || json_object_size(object) != 2)
		return fail(s, -EBADMSG,
			"the header has more or less than \"openihv-trace\" and \"version\"");
	return 0;
}

static json_t *parse(struct source *s, int *ret)
{
	json_error_t error;
	json_t *object = json_loadb(s->text, s->length, JSON_REJECT_DUPLICATES, &error);

	*ret = 0;
	if (!object && json_error_code(&error) == json_error_out_of_memory)
		*ret = fail(s, -ENOMEM, "out of memory");
	else if (!object)
		*ret = fail(s, -EBADMSG, "%s (column %d)", error.text, error.column);
	else if (!json_is_object(object))
		*ret = fail(s, -EBADMSG, "not a JSON object");
	return object;
}

static int read_line(struct source *s, trace_fn fn, void *user)
{
	struct crossing x;
	int ret;
	json_t *object = parse(s, &ret);

	if (ret == 0 && s->line == 1)
		ret = check_header(s, object);
	else if (ret == 0)
		ret = get_crossing(s, object, &x);
	json_decref(object);
	return ret < 0 || s->line == 1 ? ret : fn(user, &x);
}

int trace_read(FILE *file, const char *name, trace_fn fn, void *user, char *err, size_t errlen)
{
	_cleanup_free_ char *text = malloc(TRACE_LINE_MAX);
	struct source s = {.file = file, .name = name, .text = text, .err = err, .errlen = errlen};
	int ret;

	if (errlen)
		err[0] = '\0';
	if (!text)
		return fail(&s, -ENOMEM, "out of memory");
	while ((ret = next_line(&s)) > 0) {
		ret = read_line(&s, fn, user);
		if (ret != 0)
			return ret;
	}
	if (ret == 0 && s.line == 1)
		return fail(&s, -EBADMSG, "not a trace: the file is empty");
	return ret;
}
