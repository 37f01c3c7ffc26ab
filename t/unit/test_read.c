/*
 * Every rule of docs/model-format.md is broken by an edit that breaks just it.
 * Not here: what a model computes (test_model.c).
 */

#include "read/maas_crc.h"
#include "text/maas_json.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>


#define DOC                                                                   \
    "{\"version\":1,\"name\":\"m\",\"task\":\"binary\",\"inputs\":"           \
    "{\"kind\":\"tensor\",\"shape\":[2],\"shift\":0.5,\"factor\":2},"         \
    "\"layers\":[{\"kind\":\"dense\",\"units\":3,\"activation\":\"tanh\"},"   \
    "{\"kind\":\"dense\",\"units\":1,\"activation\":\"sigmoid\"}],"           \
    "\"outputs\":{\"labels\":[\"no\",\"yes\"]}}"

#define HEADER                                                                \
    "{\"__metadata__\":{\"maas\":@DOC@},"                                     \
    "\"layers.0.weight\":{\"dtype\":\"F32\",\"shape\":[2,3],"                 \
    "\"data_offsets\":[0,24]},"                                               \
    "\"layers.0.bias\":{\"dtype\":\"F32\",\"shape\":[3],"                     \
    "\"data_offsets\":[24,36]},"                                              \
    "\"layers.1.weight\":{\"dtype\":\"F32\",\"shape\":[3,1],"                 \
    "\"data_offsets\":[36,48]},"                                              \
    "\"layers.1.bias\":{\"dtype\":\"F32\",\"shape\":[1],"                     \
    "\"data_offsets\":[48,52]}}"

#define DATA  52


typedef struct {
    unsigned char  *bytes;         /* exactly size, so that ASan sees more */
    size_t          size;
} file_t;


/* text with the first `from` replaced by `to`; malloc()ed */

static char *
edit(const char *text, const char *from, const char *to)
{
    char        *out;
    size_t       head;
    const char  *p;

    p = from[0] == '\0' ? text + strlen(text) : strstr(text, from);
    assert_non_null(p);
    head = (size_t) (p - text);

    out = malloc(strlen(text) + strlen(to) + 1);
    assert_non_null(out);

    memcpy(out, text, head);
    memcpy(out + head, to, strlen(to));
    memcpy(out + head + strlen(to), p + strlen(from),
           strlen(p + strlen(from)) + 1);

    return out;
}


static file_t
make_sized(const char *header, const char *doc, size_t data)
{
    char    *quoted, *text;
    float    w;
    file_t   f;
    size_t   i, n;

    quoted = malloc(6 * strlen(doc) + 3);
    assert_non_null(quoted);
    n = maas__json_quote(doc, strlen(doc), quoted);
    quoted[n] = '\0';

    text = strstr(header, "@DOC@") ? edit(header, "@DOC@", quoted)
                                   : edit(header, "", "");
    n = strlen(text);

    f.size = 8 + n + data;
    f.bytes = malloc(f.size);
    assert_non_null(f.bytes);

    for (i = 0; i < 8; i++) {
        f.bytes[i] = (unsigned char) ((uint64_t) n >> (8 * i));
    }

    memcpy(f.bytes + 8, text, n);

    for (i = 0; i < data / 4; i++) {
        w = 0.25f * (float) i - 1;
        memcpy(f.bytes + 8 + n + 4 * i, &w, 4);
    }

    free(quoted);
    free(text);

    return f;
}


static file_t
make(const char *header, const char *doc)
{
    return make_sized(header, doc, DATA);
}


static maas_status_t
load(file_t f, maas_err_t *err)
{
    maas_model_t   *m;
    maas_status_t   rc;

    m = NULL;
    memset(err, 0, sizeof(*err));
    rc = maas_model_load(f.bytes, f.size, MAAS_ISA_REF, &m, err);

    if (rc == MAAS_OK) {
        assert_non_null(m);
        maas_model_free(m);
    } else {
        assert_null(m);
        assert_int_equal(err->code, rc);
    }

    return rc;
}


static void
test_valid(void **state)
{
    file_t      f;
    maas_err_t  err;

    f = make(HEADER, DOC);
    assert_int_equal(load(f, &err), MAAS_OK);
    free(f.bytes);
}


/* Edits of the header ('h') or of the document ('d') */

typedef struct {
    int          rule;
    char         where;
    const char  *from;
    const char  *to;
} edit_t;

#define LONG  "0123456789012345678901234567890123456789012345678901234567890" \
              "0123456789"
#define L256  LONG LONG LONG LONG

/* a second column with these members beside its name */

/* The same of a document of version 2, and what else stands in it */

#define HEAD                                                                  \
    "\"version\":1,\"name\":\"m\",\"task\":\"binary\",\"inputs\":"            \
    "{\"kind\":\"tensor\",\"shape\":[2],\"shift\":0.5,\"factor\":2}"

#define LATER(rule, member, record)                                           \
    { rule, 'd', HEAD, "\"version\":2,\"name\":\"m\",\"task\":\"binary\","    \
      "\"inputs\":{\"kind\":\"columns\",\"columns\":[{\"name\":\"a\"},"       \
      "{\"name\":\"b\"" member "}]}" record }

/* R36: inputs of a document of that version */

#define NEWER(version, members)                                               \
    { 36, 'd', HEAD, "\"version\":" version ",\"name\":\"m\",\"task\":"       \
      "\"binary\",\"inputs\":{" members "}" }

#define TENSOR   "\"kind\":\"tensor\",\"shape\":[2],"
#define TWO(b)   "\"kind\":\"columns\",\"columns\":[{\"name\":\"a\"},"        \
                 "{\"name\":\"b\"," b "}]"

#define COLUMN(rule, members)                                                 \
    { rule, 'd', "\"tensor\",\"shape\":[2],\"shift\":0.5,\"factor\":2",       \
      "\"columns\",\"columns\":[{\"name\":\"a\"},{\"name\":\"b\"," members  \
      "}]" }

static const edit_t  edits[] = {
    { 4, 'h', "{\"__meta", " {\"__meta" },
    { 4, 'h', "[48,52]}}", "[48,52]}} x" },
    { 4, 'h', "[48,52]}}", "[48,52]}" },
    { 4, 'h', "\"shape\":[1]", "\"shape\":[01]" },
    { 4, 'h', "F32", "F\xff" "32" },
    { 4, 'h', "F32", "F32\\u0000" },
    { 4, 'h', "\"shape\":[1]",
      "\"shape\":[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]" },
    { 5, 'h', "\"layers.1.bias\":", "\"layers.0.bias\":" },
    { 5, 'h', "\"dtype\":\"F32\"", "\"dtype\":\"F32\",\"dtype\":\"F32\"" },
    { 5, 'd', "\"version\":1", "\"version\":1,\"version\":1" },
    { 5, 'd', "\"units\":3", "\"units\":3,\"units\":3" },
    { 6, 'h', "{\"maas\":@DOC@}", "{\"maas\":@DOC@,\"x\":1}" },
    { 6, 'h', "{\"maas\":@DOC@}", "[]" },
    { 7, 'h', "\"dtype\":\"F32\",", "" },
    { 7, 'h', "\"dtype\":\"F32\",", "\"x\":1,\"dtype\":\"F32\"," },
    { 7, 'h', "\"layers.1.bias\":{", "\"a\":[],\"layers.1.bias\":{" },
    { 8, 'h', "F32", "F33" },
    { 8, 'h', "\"F32\"", "32" },
    { 8, 'h', "F32", "I32" },
    { 9, 'h', "\"shape\":[1]", "\"shape\":[-1]" },
    { 9, 'h', "\"shape\":[1]", "\"shape\":[1.5]" },
    { 9, 'h', "\"shape\":[1]", "\"shape\":[1,1,1,1,1]" },
    { 9, 'h', "\"shape\":[1]", "\"shape\":[281474976710656]" },
    { 9, 'h', "\"shape\":[1]", "\"shape\":1" },
    { 9, 'h', "\"shape\":[1]", "\"shape\":[\"1\"]" },
    { 10, 'h', "[48,52]", "[48]" },
    { 10, 'h', "[48,52]", "[48,52,52]" },
    { 10, 'h', "[48,52]", "[52,48]" },
    { 10, 'h', "[48,52]", "[-48,52]" },
    { 10, 'h', "[48,52]", "[48,1e300]" },
    { 10, 'h', "[48,52]", "48" },
    { 11, 'h', "\"shape\":[1]", "\"shape\":[2]" },
    { 11, 'h', "\"shape\":[1]",
      "\"shape\":[2147483648,2147483648,4294967296]" },
    { 11, 'h', "\"shape\":[1]",
      "\"shape\":[65536,65536,65536,65536]" },
    { 11, 'h', "\"F32\",\"shape\":[1]", "\"F4\",\"shape\":[1]" },
    { 12, 'h', "[0,24]", "[4,28]" },
    { 12, 'h', "[24,36]", "[20,32]" },
    { 12, 'h', "[48,52]", "[52,56]" },
    { 13, 'h', ",\"layers.1.bias\":{\"dtype\":\"F32\",\"shape\":[1],"
      "\"data_offsets\":[48,52]}", "" },
    { 14, 'h', "\"maas\"", "\"mass\"" },
    { 14, 'd', "{\"version\"", "[\"version\"" },
    { 14, 'd', "\"version\":1,", "\"version\":1,," },
    { 15, 'd', "\"version\":1", "\"version\":6" },
    { 15, 'd', "\"version\":1", "\"version\":0" },
    { 15, 'd', "\"version\":1", "\"v\":1" },
    { 16, 'd', "\"m\"", "\"\"" },
    { 16, 'd', "\"m\"", "\"../m\"" },
    { 16, 'd', "\"m\"", "\"stats\"" },
    { 16, 'd', "\"m\"", "\"" LONG "\"" },
    { 16, 'd', "\"shape\":[2]", "\"shape\":[2],\"name\":\"a b\"" },
    { 16, 'd', "\"labels\"", "\"name\":\"a/b\",\"labels\"" },
    { 16, 'd', "\"units\":3", "\"units\":3,\"name\":\"\"" },
    { 17, 'd', "\"binary\"", "\"magic\"" },
    { 17, 'd', "\"binary\"", "1" },
    { 18, 'd', "\"tensor\"", "\"sequence\"" },
    { 18, 'd', "[2]", "[]" },
    { 18, 'd', "[2]", "[0]" },
    { 18, 'd', "[2]", "[1,1,1,1,2]" },
    { 18, 'd', "[2]", "[1048576,2]" },
    { 18, 'd', "[2]", "[2],\"image\":true" },
    { 18, 'd', "[2]", "[2],\"layout\":\"NCHW\"" },
    { 18, 'd', "0.5", "1e39" },
    { 18, 'd', "0.5", "\"0.5\"" },
    { 18, 'd', "0.5", "0.5,\"scaling\":\"magic\"" },
    { 18, 'd', "\"tensor\",\"shape\":[2],\"shift\":0.5,\"factor\":2",
      "\"columns\",\"columns\":[]" },
    { 18, 'd', "\"tensor\",\"shape\":[2],\"shift\":0.5,\"factor\":2",
      "\"columns\",\"columns\":[{\"name\":\"a\"},{\"name\":\"a\"}]" },
    { 18, 'd', "\"tensor\",\"shape\":[2],\"shift\":0.5,\"factor\":2",
      "\"columns\",\"columns\":[{\"name\":\"a\"},{\"name\":\"" L256 "\"}]" },
    { 18, 'd', "\"tensor\",\"shape\":[2],\"shift\":0.5,\"factor\":2",
      "\"columns\",\"columns\":[{\"name\":\"a\"},{\"name\":\"\"}]" },
    COLUMN(18, "\"shift\":1e39"),
    COLUMN(18, "\"scaling\":\"magic\""),
    COLUMN(27, "\"kind\":\"magic\""),
    COLUMN(27, "\"kind\":1"),
    COLUMN(27, "\"x\":1"),
    COLUMN(27, "\"values\":[\"a\"]"),
    COLUMN(27, "\"missing\":\"1\""),
    COLUMN(27, "\"missing\":1e39"),
    COLUMN(27, "\"missing_slot\":1"),
    COLUMN(27, "\"kind\":\"boolean\",\"clip\":3"),
    COLUMN(27, "\"kind\":\"category\""),
    COLUMN(27, "\"kind\":\"category\",\"shift\":1,\"hash\":1"),
    COLUMN(27, "\"kind\":\"category\",\"values\":[\"a\"],\"hash\":1"),
    COLUMN(27, "\"kind\":\"category\",\"values\":[]"),
    COLUMN(27, "\"kind\":\"category\",\"values\":\"a\""),
    COLUMN(27, "\"kind\":\"category\",\"values\":[1]"),
    COLUMN(27, "\"kind\":\"category\",\"values\":[\"\"]"),
    COLUMN(27, "\"kind\":\"category\",\"values\":[\" a\"]"),
    COLUMN(27, "\"kind\":\"category\",\"values\":[\"a\",\"b\",\"a\"]"),
    COLUMN(27, "\"kind\":\"category\",\"values\":[\"a\"],\"other\":0"),
    COLUMN(27, "\"kind\":\"category\",\"values\":[\"" L256 "\"]"),
    COLUMN(27, "\"kind\":\"category\",\"hash\":0"),
    COLUMN(27, "\"kind\":\"category\",\"hash\":1.5"),
    COLUMN(27, "\"kind\":\"category\",\"hash\":1048577"),
    COLUMN(27, "\"kind\":\"category\",\"hash\":1,\"other\":true"),
    COLUMN(27, "\"kind\":\"text\",\"hash\":1"),
    COLUMN(27, "\"kind\":\"text\",\"ngrams\":[1,2]"),
    COLUMN(27, "\"kind\":\"text\",\"hash\":1,\"ngrams\":[0,2]"),
    COLUMN(27, "\"kind\":\"text\",\"hash\":1,\"ngrams\":[3,2]"),
    COLUMN(27, "\"kind\":\"text\",\"hash\":1,\"ngrams\":[1,9]"),
    COLUMN(27, "\"kind\":\"text\",\"hash\":1,\"ngrams\":[1]"),
    COLUMN(27, "\"kind\":\"text\",\"hash\":1,\"ngrams\":2"),
    COLUMN(27, "\"kind\":\"text\",\"hash\":1,\"ngrams\":[1,2],\"other\":true"),
    COLUMN(28, "\"kind\":\"category\",\"hash\":1048576"),
    COLUMN(28, "\"kind\":\"text\",\"hash\":1048576,\"ngrams\":[1,2],"
           "\"missing_slot\":true"),
    COLUMN(27, "\"scaling shift\":1"),
    COLUMN(27, "\"\":1"),
    COLUMN(29, "\"clip\":0"),
    COLUMN(29, "\"clip\":-1"),
    COLUMN(29, "\"clip\":true"),
    COLUMN(29, "\"clip\":1e39"),
    COLUMN(29, "\"knots\":[0,1]"),
    COLUMN(29, "\"levels\":[0,1]"),
    COLUMN(29, "\"knots\":[0],\"levels\":[0]"),
    COLUMN(29, "\"knots\":[0,1],\"levels\":[0,1,2]"),
    COLUMN(29, "\"knots\":[0,0],\"levels\":[0,1]"),
    COLUMN(29, "\"knots\":[1,0],\"levels\":[0,1]"),
    COLUMN(29, "\"knots\":[0,\"1\"],\"levels\":[0,1]"),
    COLUMN(29, "\"knots\":[0,1e39],\"levels\":[0,1]"),
    COLUMN(29, "\"knots\":[-3e38,3e38],\"levels\":[0,1]"),
    COLUMN(29, "\"knots\":[0,1e-40],\"levels\":[0,1]"),
    COLUMN(29, "\"knots\":[0,1],\"levels\":[-3e38,3e38]"),
    COLUMN(29, "\"knots\":{\"a\":0,\"b\":1},\"levels\":[0,1]"),
    COLUMN(27, "\"missing_values\":[\"-\"]"),
    COLUMN(27, "\"decimal\":\",\""),
    COLUMN(27, "\"thousands\":\".\""),
    COLUMN(27, "\"units\":[\"%\"]"),
    COLUMN(27, "\"kind\":\"category\",\"hash\":2,\"compare\":\"text\""),
    COLUMN(27, "\"kind\":\"date\",\"format\":\"iso\",\"parts\":[{\"part\":"
           "\"year\"}]"),
    LATER(27, ",\"compare\":\"number\"", ""),
    LATER(27, ",\"kind\":\"boolean\",\"decimal\":\",\"", ""),
    LATER(33, ",\"missing_values\":[]", ""),
    LATER(33, ",\"missing_values\":[\"-\",\"-\"]", ""),
    LATER(33, ",\"missing_values\":[\" -\"]", ""),
    LATER(33, ",\"missing_values\":\"-\"", ""),
    LATER(33, ",\"decimal\":\";\"", ""),
    LATER(33, ",\"decimal\":\"\"", ""),
    LATER(33, ",\"decimal\":\",\",\"thousands\":\",\"", ""),
    LATER(33, ",\"thousands\":\".\"", ""),
    LATER(33, ",\"thousands\":1", ""),
    LATER(33, ",\"units\":[\"m2\"]", ""),
    LATER(33, ",\"units\":[\"-\"]", ""),
    LATER(33, ",\"units\":[\".\"]", ""),
    LATER(33, ",\"units\":[\"R.s\"]", ""),
    LATER(33, ",\"units\":[\"a text of 17 byte\"]", ""),
    LATER(33, ",\"units\":[]", ""),
    LATER(33, ",\"kind\":\"category\",\"hash\":2,\"compare\":\"\"", ""),
    LATER(33, ",\"kind\":\"category\",\"hash\":2,\"compare\":\"x\"", ""),
    LATER(33, ",\"kind\":\"text\",\"hash\":2,\"ngrams\":[1,2],\"compare\":"
          "\"number\"", ""),
    LATER(33, ",\"kind\":\"category\",\"values\":[\"1.0\"],\"compare\":"
          "\"number\"", ""),
    LATER(33, ",\"kind\":\"category\",\"values\":[\"True\"],\"compare\":"
          "\"boolean\"", ""),
    LATER(34, ",\"kind\":\"date\"", ""),
    LATER(34, ",\"kind\":\"date\",\"format\":\"iso\",\"parts\":[]", ""),
    LATER(34, ",\"kind\":\"date\",\"format\":\"ymd\",\"parts\":[{\"part\":"
          "\"year\"}]", ""),
    LATER(34, ",\"kind\":\"date\",\"format\":\"iso\",\"parts\":[{\"part\":"
          "\"age\"}]", ""),
    LATER(34, ",\"kind\":\"date\",\"format\":\"iso\",\"parts\":[{\"part\":"
          "\"year\"},{\"part\":\"year\"}]", ""),
    LATER(34, ",\"kind\":\"date\",\"format\":\"iso\",\"parts\":[{\"part\":"
          "\"month\",\"shift\":1}]", ""),
    LATER(34, ",\"kind\":\"date\",\"format\":\"iso\",\"parts\":[{\"part\":"
          "\"month_number\"}]", ""),
    LATER(34, ",\"kind\":\"date\",\"format\":\"iso\",\"parts\":[{\"part\":"
          "\"year\",\"factor\":1e16}]", ""),
    LATER(34, ",\"kind\":\"date\",\"format\":\"iso\",\"parts\":[{\"part\":"
          "\"year\",\"x\":1}]", ""),
    LATER(31, "", ",\"other_columns\":1"),
    LATER(31, "", ",\"other_columns\":[1]"),
    LATER(31, "", ",\"other_columns\":[{\"name\":\"y\"}]"),
    LATER(31, "", ",\"other_columns\":[{\"name\":\"y\",\"role\":\"x\"}]"),
    LATER(31, "", ",\"other_columns\":[{\"name\":\"a\",\"role\":\"id\"}]"),
    LATER(31, "", ",\"other_columns\":[{\"name\":\"y\",\"role\":\"id\"},"
          "{\"name\":\"y\",\"role\":\"id\"}]"),
    LATER(31, "", ",\"other_columns\":[{\"name\":\"y\",\"role\":\"id\",\"at\":"
          "-1}]"),
    { 31, 'd', "\"layers\"", "\"other_columns\":[],\"layers\"" },
    { 32, 'd', "\"labels\"", "\"decision_weights\":[1],\"labels\"" },
    { 32, 'd', "\"version\":1,\"name\":\"m\",\"task\":\"binary\",\"inputs\":{"
      "\"kind\":\"tensor\",\"shape\":[2],\"shift\":0.5,\"factor\":2},\"layers"
      "\":[{\"kind\":\"dense\",\"units\":3,\"activation\":\"tanh\"},{\"kind\":"
      "\"dense\",\"units\":1,\"activation\":\"sigmoid\"}],\"outputs\":{"
      "\"labels\":[\"no\",\"yes\"]}",
      "\"version\":2,\"name\":\"m\",\"task\":\"classification\",\"inputs\":{"
      "\"kind\":\"tensor\",\"shape\":[2],\"shift\":0.5,\"factor\":2},\"layers"
      "\":[{\"kind\":\"dense\",\"units\":3,\"activation\":\"tanh\"},{\"kind\":"
      "\"dense\",\"units\":1,\"activation\":\"sigmoid\"}],\"outputs\":{"
      "\"decision_weights\":[0]}" },
    { 19, 'd', "\"dense\"", "\"conv2d\"" },
    { 19, 'd', "\"tanh\"", "\"swish\"" },
    { 19, 'd', "\"units\":3", "\"units\":0" },
    { 19, 'd', "\"units\":3", "\"units\":3.5" },
    { 19, 'd', "\"units\":3", "\"units\":1048577" },
    { 19, 'd', "\"units\":3", "\"units\":3,\"stride\":2" },
    { 19, 'd', "\"units\":3", "\"units\":3,\"alpha\":1e39" },
    { 19, 'd', "\"units\":3", "\"units\":3,\"epsilon\":1" },
    { 20, 'd', "\"units\":3", "\"units\":3,\"inputs\":[\"layers.0\"]" },
    { 20, 'd', "\"units\":3", "\"units\":3,\"inputs\":[\"layers.1\"]" },
    { 20, 'd', "\"units\":3", "\"units\":3,\"inputs\":[]" },
    { 20, 'd', "\"units\":3", "\"units\":3,\"inputs\":[\"input\",\"input\"]" },
    { 20, 'd', "\"units\":3", "\"units\":3,\"name\":\"input\"" },
    { 20, 'd', "\"units\":1", "\"units\":1,\"name\":\"layers.0\"" },
    { 20, 'd', "{\"kind\":\"dense\",\"units\":1",
      "{\"kind\":\"add\"},{\"kind\":\"dense\",\"units\":1" },
    { 21, 'd', "{\"kind\":\"dense\",\"units\":1",
      "{\"kind\":\"add\",\"inputs\":[\"input\",\"layers.0\"]},"
      "{\"kind\":\"dense\",\"units\":1" },
    { 19, 'd', "{\"kind\":\"dense\",\"units\":1",
      "{\"kind\":\"flatten\",\"units\":3},"
      "{\"kind\":\"dense\",\"units\":1" },
    { 20, 'd', "{\"kind\":\"dense\",\"units\":1",
      "{\"kind\":\"flatten\",\"inputs\":[\"input\",\"layers.0\"]},"
      "{\"kind\":\"dense\",\"units\":1" },
    { 22, 'd', "{\"kind\":\"dense\",\"units\":3,\"activation\":\"tanh\"}",
      "{\"kind\":\"flatten\"}" },
    { 22, 'd', "\"units\":3", "\"units\":4" },
    { 22, 'h', "layers.1.bias", "layers.2.bias" },
    { 22, 'h', "\"shape\":[2,3]", "\"shape\":[3,2]" },
    { 22, 'h', "\"layers.0.weight\"", "\"zero\":{\"dtype\":\"F32\",\"shape\":"
      "[0],\"data_offsets\":[0,0]},\"layers.0.weight\"" },
    { 23, 'd', "[\"no\",\"yes\"]", "[\"no\"]" },
    { 23, 'd', "[\"no\",\"yes\"]", "[\"no\",\"no\"]" },
    { 23, 'd', "[\"no\",\"yes\"]", "[\"no\",\"\"]" },
    { 23, 'd', "[\"no\",\"yes\"]", "\"no\"" },
    { 23, 'd', "{\"labels\":[\"no\",\"yes\"]}", "[]" },
    { 23, 'd', "\"labels\"", "\"name labels\":1,\"labels\"" },
    { 23, 'd', "\"labels\"", "\"x\":1,\"labels\"" },
    { 23, 'd', "\"binary\"", "\"regression\"" },
    { 30, 'd', "\"labels\"", "\"threshold\":0,\"labels\"" },
    { 30, 'd', "\"labels\"", "\"threshold\":1,\"labels\"" },
    { 30, 'd', "\"labels\"", "\"threshold\":\"0.5\",\"labels\"" },
    { 30, 'd', "\"binary\",\"inputs\":{\"kind\":\"tensor\",\"shape\":[2],"
      "\"shift\":0.5,\"factor\":2},\"layers\":[{\"kind\":\"dense\","
      "\"units\":3,\"activation\":\"tanh\"},{\"kind\":\"dense\",\"units\":"
      "1,\"activation\":\"sigmoid\"}],\"outputs\":{\"labels\":[\"no\","
      "\"yes\"]}",
      "\"regression\",\"inputs\":{\"kind\":\"tensor\",\"shape\":[2],"
      "\"shift\":0.5,\"factor\":2},\"layers\":[{\"kind\":\"dense\","
      "\"units\":3,\"activation\":\"tanh\"},{\"kind\":\"dense\",\"units\":"
      "1}],\"outputs\":{\"threshold\":0.3}" },
    NEWER("2", TENSOR "\"dtype\":\"F32\""),
    NEWER("1", TENSOR "\"missing\":\"nan\""),
    NEWER("2", TWO("\"missing\":\"nan\"")),
    NEWER("2", TWO("\"kind\":\"category\",\"values\":[\"a\"],\"codes\":"
                   "true")),
    NEWER("3", TENSOR "\"dtype\":\"F16\""),
    NEWER("3", TENSOR "\"dtype\":64"),
    NEWER("3", TENSOR "\"missing\":0"),
    NEWER("3", TENSOR "\"missing\":true"),
    NEWER("3", "\"kind\":\"tensor\",\"shape\":[1,2],\"image\":true,"
               "\"missing\":\"nan\""),
    NEWER("3", "\"kind\":\"tensor\",\"shape\":[1,2],\"image\":true,"
               "\"dtype\":\"F64\""),
    NEWER("3", TENSOR "\"dtype\":\"F64\",\"factor\":2"),
    NEWER("3", TENSOR "\"dtype\":\"F64\",\"shift\":1"),
    NEWER("3", "\"dtype\":\"F64\"," TWO("\"factor\":2")),
    NEWER("3", "\"dtype\":\"F64\"," TWO("\"clip\":2")),
    NEWER("3", "\"dtype\":\"F64\"," TWO("\"knots\":[0,1],\"levels\":[0,1]")),
    NEWER("3", "\"dtype\":\"F64\","
               TWO("\"kind\":\"text\",\"hash\":1,\"ngrams\":[1,2]")),
    NEWER("3", "\"dtype\":\"F64\","
               TWO("\"kind\":\"date\",\"format\":\"iso\",\"parts\":"
                   "[{\"part\":\"year\"}]")),
    NEWER("3", TWO("\"missing\":\"nan\",\"missing_slot\":true")),
    NEWER("3", TWO("\"missing\":\"nan\",\"clip\":2")),
    NEWER("3", TWO("\"missing\":\"nan\",\"knots\":[0,1],\"levels\":[0,1]")),
    NEWER("3", TWO("\"kind\":\"category\",\"values\":[\"a\"],\"codes\":1")),
    NEWER("3", TWO("\"kind\":\"category\",\"hash\":1,\"codes\":true")),
    NEWER("3", TWO("\"kind\":\"category\",\"values\":[\"a\"],\"codes\":"
                   "true,\"other\":true")),
    NEWER("3", TWO("\"kind\":\"category\",\"values\":[\"a\"],\"codes\":"
                   "true,\"missing_slot\":true")),
    /* a dense layer takes them */
    NEWER("3", TENSOR "\"missing\":\"nan\""),
    NEWER("3", TWO("\"missing\":\"nan\"")),
    NEWER("3", TWO("\"kind\":\"boolean\",\"missing\":\"nan\"")),
    NEWER("3", TWO("\"kind\":\"category\",\"values\":[\"a\"],\"codes\":"
                   "true")),
    { 21, 'd', HEAD, "\"version\":3,\"name\":\"m\",\"task\":\"binary\","
      "\"inputs\":{\"kind\":\"tensor\",\"shape\":[2],\"dtype\":\"F64\"}" },
    { 27, 'd', HEAD, "\"version\":3,\"name\":\"m\",\"task\":\"binary\","
      "\"inputs\":{" TWO("\"missing\":\"inf\"") "}" },
    { 25, 'h', "{\"maas\"", "{\"maas_crc32c\":\"00000000\",\"maas\"" },
    { 25, 'h', "{\"maas\"", "{\"maas_crc32c\":\"0\",\"maas\"" },
    { 25, 'h', "{\"maas\"", "{\"maas\\u005fcrc32c\":\"00000000\",\"maas\"" }
};

static int  seen[37];


static void
test_edits(void **state)
{
    char        *text, want[8];
    size_t       i;
    file_t       f;
    maas_err_t   err;

    for (i = 0; i < sizeof(edits) / sizeof(edits[0]); i++) {
        const edit_t  *e = &edits[i];

        text = edit(e->where == 'h' ? HEADER : DOC, e->from, e->to);
        f = e->where == 'h' ? make(text, DOC) : make(HEADER, text);

        load(f, &err);
        snprintf(want, sizeof(want), "R%d:", e->rule);

        if (strncmp(err.msg, want, strlen(want)) != 0) {
            fail_msg("\"%s\" -> \"%s\": wanted %s got \"%s\"", e->from, e->to,
                     want, err.msg);
        }

        seen[e->rule]++;
        free(text);
        free(f.bytes);
    }
}


static void
expect(file_t f, int rule)
{
    char        want[8];
    maas_err_t  err;

    snprintf(want, sizeof(want), "R%d:", rule);

    load(f, &err);
    if (strncmp(err.msg, want, strlen(want)) != 0) {
        fail_msg("wanted %s got \"%s\"", want, err.msg);
    }

    seen[rule]++;
}


static void
set_length(file_t f, uint64_t n)
{
    size_t  i;

    for (i = 0; i < 8; i++) {
        f.bytes[i] = (unsigned char) (n >> (8 * i));
    }
}


static void
test_r01_r02_r03_length(void **state)
{
    size_t   i, n;
    file_t   f;

    static const uint64_t  bad[] = {
        0, 1, (16u << 20) + 1, 0x7fffffffffffffff, 0xffffffffffffffff
    };

    f = make(HEADER, DOC);
    n = f.size;

    for (f.size = 0; f.size < 8; f.size++) {
        f.bytes = realloc(f.bytes, f.size + 1);
        expect(f, 1);
    }

    free(f.bytes);
    f = make(HEADER, DOC);

    for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        set_length(f, bad[i]);
        expect(f, 2);
    }

    set_length(f, n - 7);
    expect(f, 3);

    free(f.bytes);
}


static void
test_r13_truncated_anywhere(void **state)
{
    char        *copy;
    size_t       n;
    file_t       f, part;
    maas_err_t   err;

    f = make(HEADER, DOC);

    for (n = 0; n < f.size; n++) {
        copy = malloc(n + 1);
        assert_non_null(copy);
        memcpy(copy, f.bytes, n);

        part.bytes = (unsigned char *) copy;
        part.size = n;
        assert_int_equal(load(part, &err), MAAS_BADFILE);
        free(copy);
    }

    f.bytes = realloc(f.bytes, f.size + 1);
    f.bytes[f.size++] = 0;
    expect(f, 13);

    free(f.bytes);
}


static void
test_r20_unused_layer(void **state)
{
    char    *text;
    file_t   f;

    text = edit(DOC, "{\"kind\":\"dense\",\"units\":1",
                "{\"kind\":\"activation\",\"activation\":\"relu\"},"
                "{\"kind\":\"dense\",\"units\":1,\"inputs\":[\"layers.0\"]");

    /* the dense layer is the third now: its tensors go by that number */

    f = make("{\"__metadata__\":{\"maas\":@DOC@},"
             "\"layers.0.weight\":{\"dtype\":\"F32\",\"shape\":[2,3],"
             "\"data_offsets\":[0,24]},"
             "\"layers.0.bias\":{\"dtype\":\"F32\",\"shape\":[3],"
             "\"data_offsets\":[24,36]},"
             "\"layers.2.weight\":{\"dtype\":\"F32\",\"shape\":[3,1],"
             "\"data_offsets\":[36,48]},"
             "\"layers.2.bias\":{\"dtype\":\"F32\",\"shape\":[1],"
             "\"data_offsets\":[48,52]}}", text);
    expect(f, 20);

    free(text);
    free(f.bytes);
}


static void
test_r19_too_many_layers(void **state)
{
    char    *text, *many;
    size_t   i, n;
    file_t   f;

    static const char  one[] = "{\"kind\":\"activation\"},";

    many = malloc(1100 * sizeof(one));
    assert_non_null(many);

    n = strlen("\"layers\":[");
    memcpy(many, "\"layers\":[", n);

    for (i = 0; i < 1025; i++, n += sizeof(one) - 1) {
        memcpy(many + n, one, sizeof(one));
    }

    text = edit(DOC, "\"layers\":[", many);
    f = make(HEADER, text);
    expect(f, 19);

    free(text);
    free(many);
    free(f.bytes);

    text = edit(DOC, "\"layers\"", "\"layer\"");
    f = make(HEADER, text);
    expect(f, 19);

    free(text);
    free(f.bytes);
}


static void
test_r23_binary_width(void **state)
{
    file_t  f;

    f = make_sized("{\"__metadata__\":{\"maas\":@DOC@},"
                   "\"layers.0.weight\":{\"dtype\":\"F32\",\"shape\":[2,3],"
                   "\"data_offsets\":[0,24]},"
                   "\"layers.0.bias\":{\"dtype\":\"F32\",\"shape\":[3],"
                   "\"data_offsets\":[24,36]}}",
                   "{\"version\":1,\"name\":\"m\",\"task\":\"binary\","
                   "\"inputs\":{\"kind\":\"tensor\",\"shape\":[2]},"
                   "\"layers\":[{\"kind\":\"dense\",\"units\":3}]}", 36);
    expect(f, 23);
    free(f.bytes);
}


static void
test_r24_finite(void **state)
{
    int     i;
    file_t  f;

    static const uint32_t  bad[] = {
        0x7f800000, 0xff800000, 0x7fc00000, 0xffffffff, 0x7f800001
    };

    for (i = 0; i < 5; i++) {
        f = make(HEADER, DOC);
        memcpy(f.bytes + f.size - 4 - 8 * i, &bad[i], 4);
        expect(f, 24);
        free(f.bytes);
    }
}


static void
test_r25_checksum(void **state)
{
    char        digits[9], *at;
    size_t      where, header;
    file_t      f;
    uint32_t    crc;
    maas_err_t  err;

    /* RFC 3720 B.4 */

    assert_int_equal(maas__crc32c(0, "123456789", 9), 0xe3069283);

    f = make("{\"__metadata__\":{\"maas_crc32c\":\"00000000\",\"maas\":@DOC@},"
             "\"layers.0.weight\":{\"dtype\":\"F32\",\"shape\":[2,3],"
             "\"data_offsets\":[0,24]},"
             "\"layers.0.bias\":{\"dtype\":\"F32\",\"shape\":[3],"
             "\"data_offsets\":[24,36]},"
             "\"layers.1.weight\":{\"dtype\":\"F32\",\"shape\":[3,1],"
             "\"data_offsets\":[36,48]},"
             "\"layers.1.bias\":{\"dtype\":\"F32\",\"shape\":[1],"
             "\"data_offsets\":[48,52]}}", DOC);

    header = f.bytes[0] + 256u * f.bytes[1];
    assert_int_equal(maas__file_crc32c(f.bytes, f.size, header, &crc, &where,
                                       &err), MAAS_OK);
    assert_true(where > 8);

    snprintf(digits, sizeof(digits), "%08x", crc);
    at = (char *) f.bytes + where;
    memcpy(at, digits, 8);
    assert_int_equal(load(f, &err), MAAS_OK);

    /* any bit of a weight */

    for (where = 8 * (f.size - 52); where < 8 * f.size; where++) {
        f.bytes[where / 8] ^= (unsigned char) (1 << where % 8);
        assert_int_equal(load(f, &err), MAAS_BADFILE);
        f.bytes[where / 8] ^= (unsigned char) (1 << where % 8);
    }

    f.bytes[f.size - 1] ^= 1;
    expect(f, 25);
    free(f.bytes);
}


static void
test_r26_weights(void **state)
{
    char    *text, *more;
    file_t   f;

    text = edit(DOC, "\"shape\":[2]", "\"shape\":[1048576]");
    more = edit(text, "\"units\":3", "\"units\":1048576");
    f = make(HEADER, more);
    expect(f, 26);

    free(text);
    free(more);
    free(f.bytes);
}


/* Whatever bit flips: refused with a sentence, or it runs. */

static void
test_bit_flips(void **state)
{
    float           x[2], y[4], ws[1024] __attribute__((aligned(64)));
    size_t          i;
    file_t          f;
    maas_err_t      err;
    maas_model_t   *m;
    maas_status_t   rc;

    f = make(HEADER, DOC);
    x[0] = x[1] = 1;

    for (i = 0; i < 8 * f.size; i++) {
        f.bytes[i / 8] ^= (unsigned char) (1 << i % 8);

        err.msg[0] = '\0';
        rc = maas_model_load(f.bytes, f.size, MAAS_ISA_REF, &m, &err);

        if (rc != MAAS_OK) {
            assert_true(err.msg[0] != '\0');

        } else {
            if (maas_model_info(m)->in <= 2 && maas_model_info(m)->out <= 4
                && maas_workspace_size(m, 1) <= sizeof(ws))
            {
                rc = maas_run(m, x, 1, y, ws, sizeof(ws), &err);
                assert_int_equal(rc, MAAS_OK);
            }
            maas_model_free(m);
        }

        f.bytes[i / 8] ^= (unsigned char) (1 << i % 8);
    }

    free(f.bytes);
}


static void
test_every_rule_was_broken(void **state)
{
    int  i;

    for (i = 1; i <= 36; i++) {
        if (seen[i] == 0 && i != 35) {     /* test_reference.c */
            fail_msg("no test broke R%d", i);
        }
    }
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(test_valid),
        cmocka_unit_test(test_edits),
        cmocka_unit_test(test_r01_r02_r03_length),
        cmocka_unit_test(test_r13_truncated_anywhere),
        cmocka_unit_test(test_r19_too_many_layers),
        cmocka_unit_test(test_r20_unused_layer),
        cmocka_unit_test(test_r23_binary_width),
        cmocka_unit_test(test_r24_finite),
        cmocka_unit_test(test_r25_checksum),
        cmocka_unit_test(test_r26_weights),
        cmocka_unit_test(test_bit_flips),
        cmocka_unit_test(test_every_rule_was_broken)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
