// SPDX-License-Identifier: BSD-2-Clause
#include "profile/xml.h"

#include <errno.h>
#include <libxml/SAX2.h>
#include <libxml/parser.h>
#include <libxml/parserInternals.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/cleanup.h"
#include "base/utf16.h"
#include "base/wipe.h"

/*
 * No network. No XML_PARSE_NOENT and no DTD option: nothing is substituted or loaded, and a DOCTYPE
 * ends the parse at once. The declared encoding is ignored, since the text is UTF-8 by the time
 * libxml2 sees it.
 */
enum {
	PARSE_OPTIONS =
		XML_PARSE_NONET | XML_PARSE_NOCDATA | XML_PARSE_IGNORE_ENC | XML_PARSE_BIG_LINES,
};

// One parse in progress; libxml2's context points to it by _private.
struct parse {
	unsigned depth;
	unsigned elements;
	int result; // the first thing that went wrong, or 0
	struct profile_error *err;
};

static void make_printable(char *s)
{
	size_t end = strlen(s);
	while (end > 0 && (s[end - 1] == '\n' || s[end - 1] == ' '))
		s[--end] = '\0';
	for (; *s; s++) {
		if (*s < 0x20 || *s > 0x7e)
			*s = '?';
	}
}

int xml_fail(struct profile_error *err, int code, unsigned line, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	(void)vsnprintf(err->text, sizeof(err->text), format, args);
	va_end(args);
	make_printable(err->text);
	err->line = line;
	return code;
}

// Ends the parse; only the first reason counts, what follows are its consequences.
#define PARSE_STOP(ctxt, code, ...)                                                                \
	do {                                                                                       \
		struct parse *parse_ = (ctxt)->_private;                                           \
		if (parse_->result == 0)                                                           \
			parse_->result =                                                           \
				xml_fail(parse_->err, (code), line_of(ctxt), __VA_ARGS__);         \
		xmlStopParser(ctxt);                                                               \
	} while (0)

static unsigned line_of(const xmlParserCtxt *ctxt)
{
	return ctxt->input && ctxt->input->line > 0 ? (unsigned)ctxt->input->line : 0;
}

static void on_doctype(
	void *ctx, const xmlChar *name, const xmlChar *external, const xmlChar *system)
{
	xmlParserCtxt *ctxt = ctx;
	PARSE_STOP(ctxt, -EINVAL, "a profile must not have a DOCTYPE");
}

static void on_start(void *ctx, const xmlChar *name, const xmlChar *prefix, const xmlChar *uri,
	int nns, const xmlChar **ns, int nattr, int ndefaulted, const xmlChar **attr)
{
	xmlParserCtxt *ctxt = ctx;
	struct parse *parse = ctxt->_private;
	if (parse->result)
		return;
	if (++parse->depth > PROFILE_MAX_DEPTH)
		PARSE_STOP(
			ctxt, -E2BIG, "elements are nested more than %d deep", PROFILE_MAX_DEPTH);
	else if (++parse->elements > PROFILE_MAX_ELEMENTS)
		PARSE_STOP(ctxt, -E2BIG, "more than %d elements", PROFILE_MAX_ELEMENTS);
	else
		xmlSAX2StartElementNs(ctxt, name, prefix, uri, nns, ns, nattr, ndefaulted, attr);
}

static void on_end(void *ctx, const xmlChar *name, const xmlChar *prefix, const xmlChar *uri)
{
	xmlParserCtxt *ctxt = ctx;
	struct parse *parse = ctxt->_private;
	if (parse->result)
		return;
	parse->depth--;
	xmlSAX2EndElementNs(ctxt, name, prefix, uri);
}

static void on_error(void *ctx, xmlErrorPtr error)
{
	xmlParserCtxt *ctxt = ctx;
	struct parse *parse = ctxt->_private;
	if (parse->result || error->level == XML_ERR_WARNING)
		return;
	int code = error->code == XML_ERR_NO_MEMORY ? -ENOMEM : -EINVAL;
	unsigned line = error->line > 0 ? (unsigned)error->line : 0;
	parse->result = xml_fail(parse->err, code, line, "not well-formed XML: %s",
		error->message ? error->message : "unknown");
}

// Errors that libxml2 raises without a context; by default they would go to stderr.
static void on_stray_error(void *user, xmlErrorPtr error)
{
}

static xmlParserCtxt *new_context(const char *text, size_t len, struct parse *parse)
{
	xmlParserCtxt *ctxt = xmlCreateMemoryParserCtxt(text, (int)len);
	if (!ctxt)
		return NULL;
	xmlCtxtUseOptions(ctxt, PARSE_OPTIONS);
	ctxt->_private = parse;
	ctxt->sax->internalSubset = on_doctype;
	ctxt->sax->startElementNs = on_start;
	ctxt->sax->endElementNs = on_end;
	ctxt->sax->serror = on_error;
	return ctxt;
}

// The buffer into which libxml2 copied the text.
static xmlBuf *copy_of_text(const xmlParserCtxt *ctxt)
{
	return ctxt->input && ctxt->input->buf ? ctxt->input->buf->buffer : NULL;
}

// `text` is UTF-8 and terminated.
static int parse_text(const char *text, size_t len, xmlDoc **out, struct profile_error *err)
{
	struct parse parse = {.err = err};
	xmlParserCtxt *ctxt = new_context(text, len, &parse);
	if (!ctxt)
		return xml_fail(err, -ENOMEM, 0, "out of memory");
	xmlBuf *copy = copy_of_text(ctxt);
	xmlChar *secret = xmlBufContent(copy);
	int parsed = xmlParseDocument(ctxt);
	if (parse.result == 0 && (parsed != 0 || !ctxt->wellFormed || !ctxt->myDoc))
		parse.result = xml_fail(err, -EINVAL, line_of(ctxt), "not well-formed XML");
	xmlDoc *doc = ctxt->myDoc;
	ctxt->myDoc = NULL;
	// Text that was read stays behind in the buffer; it is all still there unless it was moved.
	if (copy && copy == copy_of_text(ctxt) && secret == xmlBufContent(copy))
		wipe(secret, len);
	xmlFreeParserCtxt(ctxt);
	if (parse.result)
		xml_tree_free(doc);
	else
		*out = doc;
	return parse.result;
}

/*
 * libxml2 compares each attribute of an element with all others before it tells us of any: a
 * quarter of a megabyte of them takes seconds. So they are counted beforehand, roughly: each has a
 * '='.
 */
static bool has_too_many_attributes(const char *text, size_t len)
{
	unsigned count = 0;
	for (size_t i = 0; i < len; i++)
		count += text[i] == '=';
	return count > PROFILE_MAX_ATTRIBUTES;
}

// UTF-16 with a byte order mark (XML 1.0, 4.3.3) becomes UTF-8, which the caller wipes and frees.
static int from_utf16(const char *buf, size_t len, char **text, size_t *text_len)
{
	_cleanup_free_ uint16_t *units = calloc(len, 1);
	if (!units)
		return -ENOMEM;
	struct reader r = reader_init(buf, len);
	bool little = reader_le16(&r) == 0xfeff;
	size_t n = 0;
	while (reader_left(&r) >= 2)
		units[n++] = little ? reader_le16(&r) : reader_be16(&r);
	int error = reader_left(&r) ? -EILSEQ : utf16_to_utf8(units, n, text, text_len);
	wipe(units, len);
	return error;
}

static int from_utf8(const char *buf, size_t len, char **text, size_t *text_len)
{
	if (!utf8_valid(buf, len))
		return -EILSEQ;
	*text = malloc(len + 1);
	if (!*text)
		return -ENOMEM;
	memcpy(*text, buf, len);
	(*text)[len] = '\0';
	*text_len = len;
	return 0;
}

// The line where text stops being UTF-8 without NUL.
static unsigned line_of_bad_text(const char *buf, size_t len)
{
	unsigned line = 1;
	while (len > 0) {
		const char *end = memchr(buf, '\n', len);
		size_t n = end ? (size_t)(end - buf) + 1 : len;
		if (!utf8_valid(buf, n))
			return line;
		line++;
		buf += n;
		len -= n;
	}
	return 0;
}

static int refuse_text(const char *buf, size_t len, bool utf16, struct profile_error *err)
{
	if (utf16)
		return xml_fail(err, -EINVAL, 0, "the text is not valid UTF-16");
	unsigned line = line_of_bad_text(buf, len);
	if (memchr(buf, '\0', len))
		return xml_fail(err, -EINVAL, line, "the text contains a NUL character");
	return xml_fail(err, -EINVAL, line, "the text is not UTF-8");
}

static bool has_utf16_mark(const char *buf, size_t len)
{
	return len >= 2 && (memcmp(buf, "\xff\xfe", 2) == 0 || memcmp(buf, "\xfe\xff", 2) == 0);
}

int xml_tree_parse(const char *buf, size_t len, xmlDoc **out, struct profile_error *err)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	// Never cleaned up: a module in this process may use libxml2 too.
	pthread_once(&once, xmlInitParser);

	*out = NULL;
	if (len > PROFILE_MAX_BYTES)
		return xml_fail(err, -E2BIG, 0, "larger than %d KiB", PROFILE_MAX_BYTES / 1024);
	if (len == 0)
		return xml_fail(err, -EINVAL, 0, "the file is empty");

	char *text = NULL;
	size_t text_len = 0;
	bool utf16 = has_utf16_mark(buf, len);
	int error = (utf16 ? from_utf16 : from_utf8)(buf, len, &text, &text_len);
	if (error == -EILSEQ)
		return refuse_text(buf, len, utf16, err);
	if (error)
		return xml_fail(err, error, 0, "out of memory");

	// Both are of this thread only.
	xmlStructuredErrorFunc old = xmlStructuredError;
	void *old_user = xmlStructuredErrorContext;
	xmlSetStructuredErrorFunc(NULL, on_stray_error);
	if (has_too_many_attributes(text, text_len))
		error = xml_fail(err, -E2BIG, 0, "more than %d attributes", PROFILE_MAX_ATTRIBUTES);
	else
		error = parse_text(text, text_len, out, err);
	xmlSetStructuredErrorFunc(old_user, old);
	wipe(text, text_len);
	free(text);
	return error;
}

static void wipe_nodes(const xmlDoc *doc, xmlNode *node)
{
	for (; node; node = node->next) {
		if (node->type == XML_TEXT_NODE && node->content &&
			!xmlDictOwns(doc->dict, node->content))
			wipe(node->content, strlen((const char *)node->content));
		if (node->type == XML_ELEMENT_NODE) {
			for (xmlAttr *attr = node->properties; attr; attr = attr->next)
				wipe_nodes(doc, attr->children);
			wipe_nodes(doc, node->children);
		}
	}
}

void xml_tree_free(xmlDoc *doc)
{
	if (!doc)
		return;
	wipe_nodes(doc, doc->children);
	xmlFreeDoc(doc);
}

// Appends a node. A copy in a document of its own gets the namespaces declared that it uses.
static int dump(xmlBuffer *to, const xmlNode *node)
{
	xmlDoc *doc = xmlNewDoc((const xmlChar *)"1.0");
	xmlNode *copy = doc ? xmlDocCopyNode((xmlNode *)node, doc, 1) : NULL;
	if (copy)
		xmlAddChild((xmlNode *)doc, copy);
	int written = copy ? xmlNodeDump(to, doc, copy, 0, 0) : -1;
	xml_tree_free(doc);
	return written < 0 ? -ENOMEM : 0;
}

static bool is_blank(const xmlNode *node)
{
	return node->type == XML_COMMENT_NODE || node->type == XML_PI_NODE || xmlIsBlankNode(node);
}

int xml_inner(const xmlNode *element, uint16_t **out)
{
	unsigned elements = 0, others = 0;
	for (const xmlNode *node = element->children; node; node = node->next) {
		if (node->type == XML_ELEMENT_NODE)
			elements++;
		else if (!is_blank(node))
			others++;
	}
	*out = NULL;
	if (elements == 0 && others == 0)
		return 0;

	// Large enough from the start, as growing would leave copies behind.
	xmlBuffer *buf = xmlBufferCreateSize(2 * PROFILE_MAX_BYTES);
	if (!buf)
		return -ENOMEM;
	bool single = elements == 1 && others == 0;
	int error = 0;
	for (const xmlNode *node = element->children; node && !error; node = node->next) {
		if (!single || node->type == XML_ELEMENT_NODE)
			error = dump(buf, node);
	}
	size_t len = (size_t)xmlBufferLength(buf);
	if (!error)
		error = utf8_to_utf16((const char *)xmlBufferContent(buf), len, out, NULL);
	wipe(buf->content, len);
	xmlBufferFree(buf);
	return error;
}
