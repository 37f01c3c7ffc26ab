/*
 * A number as people write it: sign, unit, thousands, decimals; and what
 * people write where there is none.
 * Counting and deciding are not here (look.c, roles_look.c).
 */

#include <string.h>
#include <strings.h>

#include "look.h"
#include "util.h"


#define WRITTEN_UNIT  16            /* bytes of a unit that is in no list */

#define WRITTEN_SIGNS(c, decimal, thousands)  { decimal, thousands },

const train_way_signs_t  train_way_signs[TRAIN_N_WAYS] = {
    TRAIN_WAYS(WRITTEN_SIGNS)
};


static int
written_is_digit(char c)
{
    return c >= '0' && c <= '9';
}


/* Signs of several bytes that mean one of ASCII */

static size_t
written_sign(const char *s, size_t len, char *c)
{
    size_t  i, n;
    static const struct {
        const char  *text;
        char         c;
    } signs[] = {
        { "\xc2\xa0", ' ' },        /* no-break space */
        { "\xe2\x80\xaf", ' ' },    /* narrow no-break space */
        { "\xe2\x80\x89", ' ' },    /* thin space */
        { "\xe2\x80\x99", '\'' },   /* right quotation mark */
        { "\xe2\x88\x92", '-' }     /* minus */
    };

    for (i = 0; (*s & 0x80) && i < train_nelts(signs); i++) {
        n = strlen(signs[i].text);

        if (len >= n && memcmp(s, signs[i].text, n) == 0) {
            *c = signs[i].c;
            return n;
        }
    }

    *c = *s;

    return 1;
}


static void
written_trim(const char **p, const char **end)
{
    while (*p < *end && **p == ' ') {
        (*p)++;
    }

    while (*p < *end && (*end)[-1] == ' ') {
        (*end)--;
    }
}


/* May s be the word, in any case?  Most are not, by their first byte. */

static int
written_begins(const char *word, const char *s, size_t len)
{
    return len > 0 && ((word[0] ^ s[0]) & ~0x20) == 0;
}


/* Money and parts of a hundred, which may stand in front of a number, too */

int
train_is_money(const char *s, size_t len)
{
    size_t  i;
    static const char *const  units[] = {
        "%", "$", "\xe2\x82\xac", "\xc2\xa3", "\xc2\xa5", "\xc2\xa2",
        "\xe2\x82\xb9", "\xe2\x82\xbd", "\xe2\x82\xa9", "\xe2\x82\xba",
        "\xe2\x82\xab", "\xe2\x82\xaa", "\xe2\x82\xb4", "\xe2\x82\xb1",
        "\xe0\xb8\xbf", "US$", "US $", "R$", "A$", "C$", "NZ$", "HK$", "S$",
        "Rs", "Rs.",
        "Fr", "Fr.", "kr", "kr.", "z\xc5\x82", "K\xc4\x8d", "Ft", "lei",
        "USD", "EUR", "GBP", "JPY", "CHF", "CAD", "AUD", "NZD", "CNY", "RMB",
        "HKD", "SGD", "TWD", "KRW", "INR", "IDR", "MYR", "THB", "PHP", "VND",
        "BRL", "MXN", "ARS", "CLP", "COP", "PEN", "SEK", "NOK", "DKK", "ISK",
        "PLN", "CZK", "HUF", "RON", "BGN", "RUB", "UAH", "TRY", "ILS", "AED",
        "SAR", "EGP", "ZAR", "NGN", "KES", "PKR", "BDT", "LKR", "KZT", "BTC",
        "\xe2\x80\xb0"
    };

    for (i = 0; i < train_nelts(units); i++) {
        if (written_begins(units[i], s, len) && strlen(units[i]) == len
            && strncasecmp(units[i], s, len) == 0)
        {
            return 1;
        }
    }

    return 0;
}


/* One word of letters that may stand behind a number, such as kg */

static int
written_is_unit(const char *s, size_t len)
{
    size_t  i;

    for (i = 0; i < len && len <= WRITTEN_UNIT; i++) {
        if (strchr("/\"'*^", s[i]) == NULL
            && !(s[i] == '.' && i > 0 && i + 1 == len)
            && !((s[i] | 0x20) >= 'a' && (s[i] | 0x20) <= 'z')
            && (unsigned char) s[i] < 0x80)
        {
            return 0;
        }
    }

    return len > 0 && len <= WRITTEN_UNIT;
}


/* Bytes of digits in groups by a sign between them: three each, the first may
 * have fewer, those behind it two in India; 0: they are not in groups */

static size_t
written_groups(const char *s, size_t len, char sign)
{
    size_t  i, n;

    for (n = 0; n < len && written_is_digit(s[n]); n++) {
        /* the first */
    }

    if (n < 1 || n > 3 || s[0] == '0') {
        return 0;
    }

    for (i = n; i < len && s[i] == sign; i += n + 1) {
        for (n = 0; i + n + 1 < len && written_is_digit(s[i + n + 1]); n++) {
            /* a group more */
        }

        if (n != 3 && (n != 2 || i + 3 >= len || s[i + 3] != sign)) {
            return 0;
        }
    }

    return i;
}


static int
written_reads(const char *s, size_t len, const train_way_signs_t *way)
{
    int     grouped;
    size_t  i, digits;

    grouped = 0;

    for (i = 0; i < len && written_is_digit(s[i]); i++) {
        /* those before the point */
    }

    if (i < len && s[i] == way->thousands && way->thousands != 0) {
        i = written_groups(s, len, way->thousands);

        if (i == 0) {
            return 0;
        }

        grouped = 1;
    }

    digits = i;

    if (i < len && s[i] == way->decimal) {
        for (i++; i < len && written_is_digit(s[i]); i++) {
            digits++;
        }
    }

    if (i + 1 < len && digits > 0 && !grouped && (s[i] | 0x20) == 'e') {
        i++;
        i += (s[i] == '-' || s[i] == '+');
        digits = (i < len);

        while (i < len && written_is_digit(s[i])) {
            i++;
        }
    }

    return digits > 0 && i == len;
}


/* From a first digit on, all that may be of the number */

static const char *
written_end(const char *p, const char *end)
{
    const char  *q;

    for ( /* void */ ; p < end; p++) {
        if (written_is_digit(*p) || strchr(".,'_", *p) != NULL) {
            continue;
        }

        if (*p == ' ' && end - p > 1 && written_is_digit(p[1])) {
            continue;
        }

        q = p + 1;
        q += (q < end && (*q == '-' || *q == '+'));

        if ((*p | 0x20) != 'e' || q == end || !written_is_digit(*q)) {
            break;
        }

        p = q;
    }

    return p;
}


/* A sign and a unit in front, in any order; 0: something else is there */

static int
written_front(const char **p, const char *end, train_written_t *w)
{
    size_t       signs;
    const char  *s;

    signs = 0;

    while (*p < end && strchr(" -+", **p) != NULL) {
        signs += (**p != ' ');
        w->negative |= (**p == '-');
        (*p)++;
    }

    for (s = *p; s < end && !written_is_digit(*s); s++) {
        if (strchr(".,", *s) != NULL && end - s > 1
            && written_is_digit(s[1])
            && (s == *p || (s[-1] | 0x20) < 'a' || (s[-1] | 0x20) > 'z'))
        {
            break;                  /* .5, but not the point of Rs.5 */
        }
    }

    w->unit = *p;
    w->unit_len = (size_t) (s - *p);
    *p = s;

    while (w->unit_len > 0
           && strchr(" -+", w->unit[w->unit_len - 1]) != NULL)
    {
        signs += (w->unit[w->unit_len - 1] != ' ');
        w->negative |= (w->unit[w->unit_len - 1] == '-');
        w->unit_len--;
    }

    return signs + w->brackets <= 1
           && (w->unit_len == 0 || train_is_money(w->unit, w->unit_len));
}


/* The digits, a minus and a unit behind them where none was in front; 0:
 * something else is there */

static int
written_back(const char *digits, const char *end, train_written_t *w)
{
    const char  *p;

    p = written_end(digits, end);

    while (p < end && p > digits && strchr(".,'_", p[-1]) != NULL) {
        p--;                        /* a point before a word is its own */
    }

    w->digits = digits;
    w->digits_len = (size_t) (p - digits);
    written_trim(&p, &end);

    if (p < end && *p == '-' && written_is_digit(p[-1]) && !w->negative
        && !w->brackets)
    {
        w->behind = w->negative = 1;        /* books of accounts, again */
        p++;
        written_trim(&p, &end);
    }

    if (p == end) {
        return 1;
    }

    if (w->unit_len > 0) {
        return 0;
    }

    w->unit = p;
    w->unit_len = (size_t) (end - p);

    return train_is_money(p, w->unit_len) || written_is_unit(p, w->unit_len);
}


int
train_written(const char *s, size_t len, train_written_t *w)
{
    char         c;
    size_t       i, n, way;
    const char  *p, *end;

    (void) memset(w, 0, sizeof(train_written_t));

    if (len >= sizeof(w->text)) {
        return 0;
    }

    for (i = 0, n = 0; i < len; i += way) {
        way = written_sign(s + i, len - i, &c);
        w->text[n++] = c;
    }

    p = w->text;
    end = p + n;
    written_trim(&p, &end);

    if (end - p > 2 && *p == '(' && end[-1] == ')') {
        w->brackets = 1;
        p++;
        end--;
    }

    if (!written_front(&p, end, w) || p == end) {
        return 0;
    }

    if (!written_back(p, end, w)) {
        return 0;
    }

    for (way = 0; way < TRAIN_N_WAYS; way++) {
        if (written_reads(w->digits, w->digits_len, &train_way_signs[way])) {
            w->ways |= 1u << way;
        }
    }

    return w->ways != 0;
}


void
train_written_plain(const train_written_t *w, train_way_t way, char out[96])
{
    char    c, *o;
    size_t  i;

    o = out;

    if (w->negative || w->brackets) {
        *o++ = '-';
    }

    for (i = 0; i < w->digits_len; i++) {
        c = w->digits[i];

        if (c == train_way_signs[way].decimal) {
            *o++ = '.';

        } else if (c != train_way_signs[way].thousands) {
            *o++ = c;
        }
    }

    *o = '\0';
}


/* An error of a spreadsheet in any of its languages: #DIV/0!, #WERT!, #NOM?,
 * #NV; or a number that was too wide for its cell: #### */

static int
written_is_error(const char *s, size_t len)
{
    size_t  i, marks;

    if (len < 3 || len > WRITTEN_UNIT || s[0] != '#') {
        return 0;
    }

    for (i = 1, marks = 1; i + 1 < len; i++) {
        marks += (s[i] == '#');

        if (!((s[i] | 0x20) >= 'a' && (s[i] | 0x20) <= 'z')
            && strchr("/0#", s[i]) == NULL && (unsigned char) s[i] < 0x80)
        {
            return 0;
        }
    }

    return s[i] == '!' || s[i] == '?' || marks + (s[i] == '#') == len;
}


int
train_is_mark(const char *s, size_t len)
{
    size_t  i;
    static const char *const  marks[] = {
        "-", "--", "---", "\xe2\x80\x93", "\xe2\x80\x94", "\xe2\x88\x92", ".",
        "..", "...", "\xe2\x80\xa6", "*", "**", "n.a.", "n.a", "n/d", "n.d.",
        "n/k", "n/v", "k.A.", "#N/A", "#N/A N/A", "#NA", "#NV", "#N/D", "#N/B",
        "<NA>", "<null>", "<none>",
        "(null)", "(none)", "(blank)", "(empty)", "[null]", "NaT", "nil",
        "\\N", "-nan", "+nan", "nan(ind)", "-nan(ind)", "1.#IND", "-1.#IND",
        "1.#QNAN", "-1.#QNAN", "undefined", "unknown", "unk", "missing",
        "not available", "not applicable", "no data", "not known", "-?", "??",
        "0000-00-00", "0000-00-00 00:00:00", "00.00.0000", "00/00/0000"
    };

    if (written_is_error(s, len)) {
        return 1;
    }

    for (i = 0; i < train_nelts(marks); i++) {
        if (written_begins(marks[i], s, len) && strlen(marks[i]) == len
            && strncasecmp(marks[i], s, len) == 0)
        {
            return 1;
        }
    }

    return 0;
}
