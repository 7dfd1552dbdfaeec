// SPDX-License-Identifier: BSD-2-Clause
/*
 * The fragment by XmlLite, which is part of Windows and, unlike MSXML, asks for no COM apartment: a
 * handler may come on any thread of the host.
 *
 * The text is read where it stands. The library makes copies of pieces of it, in UTF-16, but only
 * in memory that it gets from here, which is wiped when it gives it back. Beyond our reach are its
 * stack and registers.
 */
#define COBJMACROS
// The GUIDs go into this file: mingw-w64 has no library with those of XmlLite.
#include <initguid.h>

#include <windows.h>

#include <xmllite.h>

#include "fragment_walk.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/utf16.h"
#include "base/wipe.h"

// The octets of a fragment as a COM object. It lives on the stack, longer than the reader that
// holds it, so nobody counts its references.
struct source {
	ISequentialStream stream;
	const char *p;
	size_t left;
};

static HRESULT STDMETHODCALLTYPE source_query(ISequentialStream *self, REFIID id, void **out)
{
	const bool known = IsEqualIID(id, &IID_IUnknown) || IsEqualIID(id, &IID_ISequentialStream);

	*out = known ? self : NULL;
	return known ? S_OK : E_NOINTERFACE;
}

static ULONG STDMETHODCALLTYPE source_reference(ISequentialStream *self)
{
	(void)self;
	return 1;
}

static HRESULT STDMETHODCALLTYPE source_read(
	ISequentialStream *self, void *out, ULONG size, ULONG *done)
{
	struct source *s = (struct source *)self;
	const size_t n = s->left < size ? s->left : size;

	memcpy(out, s->p, n);
	s->p += n;
	s->left -= n;
	if (done)
		*done = (ULONG)n;
	return n < size ? S_FALSE : S_OK;
}

static HRESULT STDMETHODCALLTYPE source_write(
	ISequentialStream *self, const void *in, ULONG size, ULONG *done)
{
	(void)self;
	(void)in;
	(void)size;
	(void)done;
	return E_NOTIMPL;
}

static ISequentialStreamVtbl source_table = {
	source_query, source_reference, source_reference, source_read, source_write};

// Memory for the library. A block is preceded by its size.
#define BLOCK_HEAD 16

static HRESULT STDMETHODCALLTYPE memory_query(IMalloc *self, REFIID id, void **out)
{
	const bool known = IsEqualIID(id, &IID_IUnknown) || IsEqualIID(id, &IID_IMalloc);

	*out = known ? self : NULL;
	return known ? S_OK : E_NOINTERFACE;
}

static ULONG STDMETHODCALLTYPE memory_reference(IMalloc *self)
{
	(void)self;
	return 1;
}

static void *STDMETHODCALLTYPE memory_alloc(IMalloc *self, SIZE_T size)
{
	char *block = size < SIZE_MAX - BLOCK_HEAD ? malloc(BLOCK_HEAD + size) : NULL;

	(void)self;
	if (!block)
		return NULL;
	memcpy(block, &size, sizeof(size));
	return block + BLOCK_HEAD;
}

static SIZE_T STDMETHODCALLTYPE memory_size(IMalloc *self, void *p)
{
	SIZE_T size = (SIZE_T)-1;

	(void)self;
	if (p)
		memcpy(&size, (char *)p - BLOCK_HEAD, sizeof(size));
	return size;
}

static void STDMETHODCALLTYPE memory_free(IMalloc *self, void *p)
{
	if (!p)
		return;
	wipe(p, memory_size(self, p));
	free((char *)p - BLOCK_HEAD);
}

static void *STDMETHODCALLTYPE memory_realloc(IMalloc *self, void *p, SIZE_T size)
{
	if (!p)
		return memory_alloc(self, size);
	if (size == 0) {
		memory_free(self, p);
		return NULL;
	}
	const SIZE_T before = memory_size(self, p);
	void *grown = memory_alloc(self, size);
	if (!grown)
		return NULL;
	memcpy(grown, p, before < size ? before : size);
	memory_free(self, p);
	return grown;
}

static int STDMETHODCALLTYPE memory_is_ours(IMalloc *self, void *p)
{
	(void)self;
	return p ? 1 : -1;
}

static void STDMETHODCALLTYPE memory_minimize(IMalloc *self)
{
	(void)self;
}

static IMallocVtbl memory_table = {memory_query, memory_reference, memory_reference, memory_alloc,
	memory_realloc, memory_free, memory_size, memory_is_ours, memory_minimize};
// Without state, so one serves all threads.
static IMalloc memory = {&memory_table};

static int error_of(HRESULT hr)
{
	return hr == E_OUTOFMEMORY ? -ENOMEM : -EINVAL;
}

static int on_start(struct walk *w, IXmlReader *reader)
{
	const WCHAR *wide_uri, *wide_name;
	char *uri = NULL, *name = NULL;
	UINT uri_len, name_len;

	HRESULT hr = IXmlReader_GetNamespaceUri(reader, &wide_uri, &uri_len);
	if (SUCCEEDED(hr))
		hr = IXmlReader_GetLocalName(reader, &wide_name, &name_len);
	if (FAILED(hr))
		return error_of(hr);
	const bool empty = IXmlReader_IsEmptyElement(reader);
	int err = utf16_to_utf8(wide_uri, uri_len, &uri, NULL);
	if (!err)
		err = utf16_to_utf8(wide_name, name_len, &name, NULL);
	if (!err && !walk_open(w, uri, name))
		err = -EINVAL;
	if (!err && empty) // there will be no end of it
		walk_close(w);
	free(uri);
	free(name);
	return err;
}

static int on_text(struct walk *w, IXmlReader *reader)
{
	const WCHAR *wide;
	char *text;
	size_t len;
	UINT n;

	const HRESULT hr = IXmlReader_GetValue(reader, &wide, &n);
	if (FAILED(hr))
		return error_of(hr);
	int err = utf16_to_utf8(wide, n, &text, &len);
	if (err)
		return err;
	if (!walk_text(w, text, len))
		err = -EINVAL;
	wipe(text, len);
	free(text);
	return err;
}

static int on_node(struct walk *w, IXmlReader *reader, XmlNodeType type)
{
	switch (type) {
	case XmlNodeType_Element:
		return on_start(w, reader);
	case XmlNodeType_EndElement:
		walk_close(w);
		return 0;
	case XmlNodeType_Text:
	case XmlNodeType_CDATA:
	case XmlNodeType_Whitespace:
		return on_text(w, reader);
	case XmlNodeType_DocumentType:
		return -EINVAL;
	case XmlNodeType_None:
	case XmlNodeType_Attribute:
	case XmlNodeType_ProcessingInstruction:
	case XmlNodeType_Comment:
	case XmlNodeType_XmlDeclaration:
		return 0;
	}
	return 0;
}

// How far the reader has come.
struct progress {
	size_t nodes;   // that may still come: octets hold no more than as many
	uint64_t place; // line and column of the last tag
};

/*
 * Whether the reader goes on. Where the end of the input cuts a document off, Wine's gives the last
 * node again and again, or makes up the end of an element, in the place of an earlier tag.
 */
static bool goes_on(struct progress *p, IXmlReader *reader, XmlNodeType type)
{
	UINT line, column;

	if (p->nodes-- == 0)
		return false;
	if (type != XmlNodeType_Element && type != XmlNodeType_EndElement)
		return true;
	if (FAILED(IXmlReader_GetLineNumber(reader, &line)) ||
		FAILED(IXmlReader_GetLinePosition(reader, &column)))
		return false;
	const uint64_t before = p->place;
	p->place = (uint64_t)line << 32 | column;
	return p->place > before;
}

static int read_all(struct walk *w, IXmlReader *reader, size_t len)
{
	struct progress progress = {.nodes = len};
	bool root = false;
	XmlNodeType type;
	HRESULT hr;

	while ((hr = IXmlReader_Read(reader, &type)) == S_OK) {
		const int err =
			goes_on(&progress, reader, type) ? on_node(w, reader, type) : -EINVAL;
		if (err)
			return err;
		root |= type == XmlNodeType_Element;
	}
	if (FAILED(hr))
		return error_of(hr);
	return root && w->depth == 0 ? 0 : -EINVAL;
}

// A document ends with a tag, a comment or an instruction. Wine's reader does not miss the last
// '>'.
static bool is_closed(const char *p, size_t n)
{
	while (n > 0 && memchr(" \t\r\n", p[n - 1], 4))
		n--;
	return n > 0 && p[n - 1] == '>';
}

// The text is UTF-8 by now, whatever its declaration says: this is no hint.
static HRESULT give_input(IXmlReader *reader, struct source *source)
{
	IUnknown *input;

	HRESULT hr = CreateXmlReaderInputWithEncodingName(
		(IUnknown *)&source->stream, &memory, L"utf-8", FALSE, NULL, &input);
	if (FAILED(hr))
		return hr;
	hr = IXmlReader_SetInput(reader, input);
	IUnknown_Release(input);
	return hr;
}

void fragment_init(void)
{
}

int fragment_parse(const char *utf8, size_t len, struct fragment *out)
{
	struct source source = {{&source_table}, utf8, len};
	struct walk w = {.out = out};
	IXmlReader *reader;

	*out = (struct fragment){0};
	if (len > FRAGMENT_MAX)
		return -E2BIG;
	if (!is_closed(utf8, len))
		return -EINVAL;
	HRESULT hr = CreateXmlReader(&IID_IXmlReader, (void **)&reader, &memory);
	if (FAILED(hr))
		return error_of(hr);
	hr = IXmlReader_SetProperty(
		reader, XmlReaderProperty_DtdProcessing, DtdProcessing_Prohibit);
	if (SUCCEEDED(hr))
		hr = give_input(reader, &source);
	const int err = FAILED(hr) ? error_of(hr) : read_all(&w, reader, len);
	IXmlReader_Release(reader);
	return err == -EILSEQ ? -EINVAL : err; // a character reference to half a pair
}
