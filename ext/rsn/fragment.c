// SPDX-License-Identifier: BSD-2-Clause
/*
 * The fragment by libxml2's SAX interface. No tree is built and the text is read where it stands,
 * so no copy of the passphrase stays behind in the library's memory.
 */
#include "fragment.h"

#include <errno.h>
#include <string.h>

#include <libxml/parser.h>
#include <libxml/parserInternals.h>

#define NAMESPACE "urn:openihv:rsn:1"

struct parse {
	xmlParserCtxtPtr library;
	struct fragment *out;
	unsigned depth;             // open elements
	unsigned rsn;               // depth at which <rsn> stands; 0: not inside it
	struct fragment_text *into; // the setting whose text is being read, or NULL
	bool leaf;                  // the element opened last has had no child element yet
	bool bad;
};

static void refuse(struct parse *p)
{
	p->bad = true;
	xmlStopParser(p->library);
}

static bool is(const xmlChar *a, const char *b)
{
	return a && strcmp((const char *)a, b) == 0;
}

static void open_setting(struct parse *p, const xmlChar *name)
{
	struct fragment *f = p->out;

	p->into = is(name, "passphrase") ? &f->passphrase : is(name, "akm") ? &f->akm : NULL;
	if (!p->into || p->into->present)
		refuse(p);
	else
		p->into->present = true;
}

static void on_start(void *user, const xmlChar *name, const xmlChar *prefix, const xmlChar *uri,
	int nnamespaces, const xmlChar **namespaces, int nattributes, int ndefaulted,
	const xmlChar **attributes)
{
	struct parse *p = (struct parse *)user;
	const bool ours = is(uri, NAMESPACE);

	p->depth++;
	p->leaf = true;
	// An <rsn> of another namespace is a mistake, not a wrapper.
	const bool mistaken = !ours && (p->rsn || is(name, "rsn"));
	if (p->depth > FRAGMENT_DEPTH_MAX || p->into || mistaken) {
		refuse(p);
	} else if (p->rsn) {
		open_setting(p, name);
	} else if (ours) {
		if (!is(name, "rsn") || p->out->present)
			refuse(p);
		p->out->present = true;
		p->rsn = p->depth;
	}
}

static void on_end(void *user, const xmlChar *name, const xmlChar *prefix, const xmlChar *uri)
{
	struct parse *p = (struct parse *)user;

	if (p->into)
		p->into = NULL;
	else if (p->depth == p->rsn)
		p->rsn = 0;
	else if (p->leaf && p->depth > 1)
		p->out->foreign = true;
	p->leaf = false;
	p->depth--;
}

static bool is_space(const xmlChar *text, int len)
{
	for (int i = 0; i < len; i++) {
		if (!memchr(" \t\r\n", text[i], 4))
			return false;
	}
	return true;
}

static void on_text(void *user, const xmlChar *text, int len)
{
	struct parse *p = (struct parse *)user;
	struct fragment_text *to = p->into;
	const size_t n = (size_t)len;

	if (!to && is_space(text, len))
		return;
	if (!to && !p->rsn) {
		p->out->foreign = true;
	} else if (!to || n > FRAGMENT_TEXT_MAX - to->len) {
		refuse(p);
	} else {
		memcpy(to->text + to->len, text, n);
		to->len += n;
	}
}

static void on_doctype(
	void *user, const xmlChar *name, const xmlChar *external, const xmlChar *system)
{
	refuse((struct parse *)user);
}

static void on_reference(void *user, const xmlChar *name)
{
	refuse((struct parse *)user);
}

static const xmlSAXHandler handler = {
	.initialized = XML_SAX2_MAGIC,
	.startElementNs = on_start,
	.endElementNs = on_end,
	.characters = on_text,
	.ignorableWhitespace = on_text,
	.cdataBlock = on_text,
	.internalSubset = on_doctype,
	.externalSubset = on_doctype,
	.reference = on_reference,
};

// Gives the parser the text in place, not a copy.
static int give_input(xmlParserCtxtPtr ctxt, const char *utf8, size_t len)
{
	xmlParserInputBufferPtr buffer =
		xmlParserInputBufferCreateStatic(utf8, (int)len, XML_CHAR_ENCODING_NONE);
	if (!buffer)
		return -ENOMEM;
	xmlParserInputPtr input = xmlNewIOInputStream(ctxt, buffer, XML_CHAR_ENCODING_NONE);
	if (!input) {
		xmlFreeParserInputBuffer(buffer);
		return -ENOMEM;
	}
	return inputPush(ctxt, input) < 0 ? -ENOMEM : 0;
}

void fragment_init(void)
{
	xmlInitParser();
}

int fragment_parse(const char *utf8, size_t len, struct fragment *out)
{
	struct parse p = {.out = out};

	*out = (struct fragment){0};
	if (len > FRAGMENT_MAX)
		return -E2BIG;
	xmlParserCtxtPtr ctxt = xmlNewParserCtxt();
	if (!ctxt)
		return -ENOMEM;
	*ctxt->sax = handler;
	ctxt->userData = &p;
	p.library = ctxt;
	// The text is UTF-8 by now, whatever its declaration says.
	xmlCtxtUseOptions(ctxt,
		XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING | XML_PARSE_IGNORE_ENC);
	int err = give_input(ctxt, utf8, len);
	if (!err) {
		xmlParseDocument(ctxt);
		err = !ctxt->wellFormed || p.bad ? -EINVAL : 0;
	}
	xmlFreeParserCtxt(ctxt);
	return err;
}
