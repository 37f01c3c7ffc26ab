/*
 * The wire format of protocol buffers: what protobuf.dev's "Encoding" and
 * Google's own library write, read and written; what is malformed.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "text/maas_pb.h"


#define MESSAGE(s)  ((maas_pb_t) { s, s + sizeof(s) - 1 })


/* "Encoding": 150 in field 1, "testing" in field 2, a message in field 3,
 * packed 3, 270, 86942 in field 6 */

static const char  guide[] = "\x08\x96\x01" "\x12\x07testing"
                             "\x1a\x03\x08\x96\x01"
                             "\x32\x06\x03\x8e\x02\x9e\xa7\x05";

static void
reads(void **state)
{
    maas_pb_t        m, inner;
    maas_pb_list_t   list;
    maas_pb_field_t  f;

    m = MESSAGE(guide);
    assert_true(maas_pb_whole(m));

    assert_int_equal(maas_pb_next(&m, &f), 1);
    assert_int_equal(f.number, 1);
    assert_int_equal(f.wire, MAAS_PB_VARINT);
    assert_int_equal(f.value, 150);

    assert_int_equal(maas_pb_next(&m, &f), 1);
    assert_int_equal(f.number, 2);
    assert_true(maas_pb_is(f.bytes, "testing"));
    assert_false(maas_pb_is(f.bytes, "test"));

    assert_int_equal(maas_pb_next(&m, &f), 1);
    inner = f.bytes;
    assert_int_equal(maas_pb_next(&inner, &f), 1);
    assert_int_equal(f.value, 150);
    assert_int_equal(maas_pb_next(&inner, &f), 0);

    list = maas_pb_list(MESSAGE(guide), 6, MAAS_PB_VARINT);
    assert_int_equal(maas_pb_list_count(list), 3);
    assert_int_equal(maas_pb_list_next(&list, &f), 1);
    assert_int_equal(f.value, 3);
    assert_int_equal(maas_pb_list_next(&list, &f), 1);
    assert_int_equal(f.value, 270);
    assert_int_equal(maas_pb_list_next(&list, &f), 1);
    assert_int_equal(f.value, 86942);
    assert_int_equal(maas_pb_list_next(&list, &f), 0);
}


static void
writes(void **state)
{
    char           buf[64];
    size_t         at;
    maas_pb_out_t  o = { buf, sizeof(buf), 0 };

    maas_pb_put_varint(&o, 1, 150);
    maas_pb_put_text(&o, 2, "testing");
    at = maas_pb_open(&o, 3);
    maas_pb_put_varint(&o, 1, 150);
    maas_pb_close(&o, at);
    at = maas_pb_open(&o, 6);
    maas_pb_packed(&o, 3);
    maas_pb_packed(&o, 270);
    maas_pb_packed(&o, 86942);
    maas_pb_close(&o, at);

    assert_int_equal(o.len, sizeof(guide) - 1);
    assert_memory_equal(buf, guide, o.len);

    /* -1 of int64, 0.5, bytes without any */

    o = (maas_pb_out_t) { buf, sizeof(buf), 0 };
    maas_pb_put_varint(&o, 1, (uint64_t) -1);
    maas_pb_put_double(&o, 2, 0.5);
    maas_pb_put_bytes(&o, 16, NULL, 0);

    assert_int_equal(o.len, 11 + 9 + 3);
    assert_memory_equal(buf, "\x08\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"
                        "\x11\0\0\0\0\0\0\xe0\x3f" "\x82\x01\0", o.len);
}


/* What does not fit is counted, and nothing is written behind the room */

static void
measures(void **state)
{
    char           text[300], *buf;
    size_t         at, room, deep;
    maas_pb_out_t  o;

    memset(text, 'x', sizeof(text));

    for (room = 0; room <= 330; room++) {
        buf = malloc(room);
        o = (maas_pb_out_t) { buf, room, 0 };

        at = maas_pb_open(&o, 1);
        deep = maas_pb_open(&o, 2);
        maas_pb_put_bytes(&o, 3, text, sizeof(text));
        maas_pb_close(&o, deep);
        maas_pb_close(&o, at);

        /* 300 and 3 before it, 303 and 3, 306 and 3 */
        assert_int_equal(o.len, 309);

        if (room >= o.len) {
            assert_memory_equal(buf, "\x0a\xb2\x02\x12\xaf\x02\x1a\xac\x02xxx",
                                12);
            assert_int_equal(buf[308], 'x');
        }

        free(buf);
    }

    o = (maas_pb_out_t) { NULL, 0, 0 };
    maas_pb_put_text(&o, 1, "abc");
    assert_int_equal(o.len, 5);
    assert_null(maas_pb_put_room(&o, 1, 5));
    assert_int_equal(o.len, 12);
}


/* A list in several pieces, packed and not; the last of what is no list */

static void
pieces(void **state)
{
    size_t           i;
    maas_pb_list_t   list;
    maas_pb_field_t  f;

    static const char  m[] = "\x20\x01" "\x22\x02\x02\x03" "\x22\x00"
                             "\x28\x07" "\x20\x04";

    list = maas_pb_list(MESSAGE(m), 4, MAAS_PB_VARINT);
    assert_int_equal(maas_pb_list_count(list), 4);

    for (i = 1; i <= 4; i++) {
        assert_int_equal(maas_pb_list_next(&list, &f), 1);
        assert_int_equal(f.number, 4);
        assert_int_equal(f.value, i);
    }

    assert_int_equal(maas_pb_list_next(&list, &f), 0);
    assert_true(maas_pb_find(MESSAGE(m), 4, MAAS_PB_VARINT, &f));
    assert_int_equal(f.value, 4);
    assert_false(maas_pb_find(MESSAGE(m), 5, MAAS_PB_BYTES, &f));

    /* of another wire type it is none */
    list = maas_pb_list(MESSAGE(m), 5, MAAS_PB_FIXED32);
    assert_int_equal(maas_pb_list_next(&list, &f), 0);

    /* packed floats that end in the middle of one */
    list = maas_pb_list(MESSAGE("\x12\x05" "abcde"), 2, MAAS_PB_FIXED32);
    assert_int_equal(maas_pb_list_count(list), SIZE_MAX);
}


static void
entries(void **state)
{
    maas_pb_t  key, value;

    assert_true(maas_pb_entry(MESSAGE("\x0a\x01k\x12\x02vw"), &key, &value));
    assert_true(maas_pb_is(key, "k"));
    assert_true(maas_pb_is(value, "vw"));

    assert_true(maas_pb_entry(MESSAGE("\x12\x01v"), &key, &value));
    assert_true(maas_pb_is(key, ""));
    assert_true(maas_pb_is(value, "v"));

    assert_false(maas_pb_entry(MESSAGE("\x0a\x02k"), &key, &value));
}


static void
malformed(void **state)
{
    size_t           i;
    maas_pb_t        m;
    maas_pb_field_t  f;

    static const struct {
        const char  *p;
        size_t       len;
    } wrong[] = {
        { "\x08", 1 },                             /* no value */
        { "\x80", 1 },                             /* half a key */
        { "\x00\x01", 2 },                         /* field 0 */
        { "\x0b\x0c", 2 },                         /* a group */
        { "\x0e\x01", 2 },                         /* wire type 6 */
        { "\x0f\x01", 2 },
        { "\x0d\x01\x02\x03", 4 },                 /* short of 32 bits */
        { "\x09\x01\x02\x03\x04\x05\x06\x07", 8 },
        { "\x0a\x01", 2 },                         /* short of a byte */
        { "\x0a\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", 11 },
        { "\x08\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", 12 },
        { "\x88\x80\x80\x80\x80\x80\x01\x00", 8 }, /* a number of 2^39 */
    };

    for (i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        m = (maas_pb_t) { wrong[i].p, wrong[i].p + wrong[i].len };
        assert_int_equal(maas_pb_next(&m, &f), -1);
        assert_ptr_equal(m.p, wrong[i].p);
        assert_false(maas_pb_whole(m));
    }
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(reads),
        cmocka_unit_test(writes),
        cmocka_unit_test(measures),
        cmocka_unit_test(pieces),
        cmocka_unit_test(entries),
        cmocka_unit_test(malformed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
