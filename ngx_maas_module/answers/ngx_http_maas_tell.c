
/*
 * Facts as JSON or as a protobuf message.
 * Not here: which facts there are (routes/), predictions (the engine).
 */


#include "ngx_http_maas_tell.h"


#define NGX_HTTP_MAAS_TELL_HEAD  20        /* bytes of a field before what it
                                              holds, at most: two varints */


/* A writer of one field into room for so many bytes more than a head, or NULL
 * if memory is out; then they are in the text. */

static maas_pb_out_t *
ngx_http_maas_tell_begin(ngx_http_maas_tell_t *t, size_t len)
{
    u_char  *p;

    p = ngx_http_maas_text_reserve(t->text, NGX_HTTP_MAAS_TELL_HEAD + len);
    if (p == NULL) {
        return NULL;
    }

    t->out.buf = (char *) t->text->start;
    t->out.len = p - t->text->start;
    t->out.room = t->text->end - t->text->start;

    return &t->out;
}


static void
ngx_http_maas_tell_end(ngx_http_maas_tell_t *t)
{
    t->text->pos = t->text->start + t->out.len;
}


static void
ngx_http_maas_message_open(ngx_http_maas_tell_t *t, ngx_uint_t number)
{
    maas_pb_out_t  *out;

    if (t->deep == NGX_HTTP_MAAS_TELL_DEEP) {
        t->text->failed = 1;
        return;
    }

    out = ngx_http_maas_tell_begin(t, 0);
    if (out != NULL) {
        t->open[t->deep++] = maas_pb_open(out, (uint32_t) number);
        ngx_http_maas_tell_end(t);
    }
}


static void
ngx_http_maas_message_close(ngx_http_maas_tell_t *t)
{
    maas_pb_out_t  *out;

    out = ngx_http_maas_tell_begin(t, 0);
    if (out != NULL) {
        maas_pb_close(out, t->open[--t->deep]);
        ngx_http_maas_tell_end(t);
    }
}


void
ngx_http_maas_tell_init(ngx_http_maas_tell_t *t, ngx_http_maas_text_t *text,
    ngx_uint_t protobuf)
{
    t->text = text;
    t->deep = 0;
    t->protobuf = protobuf != 0;
}


void
ngx_http_maas_tell_open(ngx_http_maas_tell_t *t, const char *name,
    ngx_uint_t number)
{
    if (!t->protobuf) {
        ngx_http_maas_json_open(t->text, name, "{");

    } else if (number != 0) {
        ngx_http_maas_message_open(t, number);
    }
}


void
ngx_http_maas_tell_close(ngx_http_maas_tell_t *t)
{
    if (!t->protobuf) {
        ngx_http_maas_json_close(t->text, "}");

    } else if (t->deep != 0) {
        ngx_http_maas_message_close(t);
    }
}


void
ngx_http_maas_tell_list(ngx_http_maas_tell_t *t, const char *name)
{
    if (!t->protobuf) {
        ngx_http_maas_json_open(t->text, name, "[");
    }
}


void
ngx_http_maas_tell_list_end(ngx_http_maas_tell_t *t)
{
    if (!t->protobuf) {
        ngx_http_maas_json_close(t->text, "]");
    }
}


void
ngx_http_maas_tell_text(ngx_http_maas_tell_t *t, const char *name,
    ngx_uint_t number, const char *value)
{
    size_t          len;
    maas_pb_out_t  *out;

    if (!t->protobuf) {
        ngx_http_maas_json_string(t->text, name, value);
        return;
    }

    len = ngx_strlen(value);

    /* an element of a list is there even if it is empty */

    if (len == 0 && name != NULL) {
        return;
    }

    out = ngx_http_maas_tell_begin(t, len);
    if (out != NULL) {
        maas_pb_put_bytes(out, (uint32_t) number, value, len);
        ngx_http_maas_tell_end(t);
    }
}


void
ngx_http_maas_tell_number(ngx_http_maas_tell_t *t, const char *name,
    ngx_uint_t number, int64_t value)
{
    if (!t->protobuf) {
        ngx_http_maas_json_value(t->text, name, "%L", value);

    } else if (value != 0 || name == NULL) {
        ngx_http_maas_tell_field(t, number, (uint64_t) value);
    }
}


void
ngx_http_maas_tell_flag(ngx_http_maas_tell_t *t, const char *name,
    ngx_uint_t number, ngx_uint_t value)
{
    if (!t->protobuf) {
        ngx_http_maas_json_value(t->text, name, value ? "true" : "false");

    } else if (value) {
        ngx_http_maas_tell_field(t, number, 1);
    }
}


void
ngx_http_maas_tell_word(ngx_http_maas_tell_t *t, const char *name,
    ngx_uint_t number, const char *word, ngx_uint_t value)
{
    if (!t->protobuf) {
        ngx_http_maas_json_string(t->text, name, word);

    } else if (value != 0) {
        ngx_http_maas_tell_field(t, number, value);
    }
}


void
ngx_http_maas_tell_texts(ngx_http_maas_tell_t *t, const char *name,
    ngx_uint_t number, const char *const *values, size_t n)
{
    size_t  i;

    ngx_http_maas_tell_list(t, name);

    for (i = 0; i < n; i++) {
        ngx_http_maas_tell_text(t, NULL, number, values[i]);
    }

    ngx_http_maas_tell_list_end(t);
}


void
ngx_http_maas_tell_map(ngx_http_maas_tell_t *t, const char *name)
{
    if (!t->protobuf) {
        ngx_http_maas_json_open(t->text, name, "{");
    }
}


void
ngx_http_maas_tell_map_end(ngx_http_maas_tell_t *t)
{
    if (!t->protobuf) {
        ngx_http_maas_json_close(t->text, "}");
    }
}


/* A map is a repeated field of messages: the key is 1, the value 2. */

void
ngx_http_maas_tell_entry(ngx_http_maas_tell_t *t, ngx_uint_t number,
    const char *key)
{
    if (!t->protobuf) {
        ngx_http_maas_json_open(t->text, key, "{");
        return;
    }

    ngx_http_maas_message_open(t, number);
    ngx_http_maas_tell_text(t, key, 1, key);
    ngx_http_maas_message_open(t, 2);
}


void
ngx_http_maas_tell_entry_end(ngx_http_maas_tell_t *t)
{
    ngx_http_maas_tell_close(t);

    if (t->protobuf) {
        ngx_http_maas_tell_close(t);
    }
}


void
ngx_http_maas_tell_json(ngx_http_maas_tell_t *t, const char *json)
{
    if (!t->protobuf) {
        ngx_http_maas_json_value(t->text, NULL, "%s", json);
    }
}


void
ngx_http_maas_tell_field(ngx_http_maas_tell_t *t, ngx_uint_t number,
    uint64_t value)
{
    maas_pb_out_t  *out;

    out = ngx_http_maas_tell_begin(t, 0);
    if (out != NULL) {
        maas_pb_put_varint(out, (uint32_t) number, value);
        ngx_http_maas_tell_end(t);
    }
}
