/*
 * Numbers within texts, such as "5-9 years", "< 10 K" or "level 3", by which
 * the texts have an order.
 * Not here: orders by words and letters (decide_scale.c).
 */

#include <math.h>
#include <string.h>

#include "decide.h"
#include "util.h"


int
train_order_is_none(const char *text)
{
    size_t                    i;
    static const char *const  words[] = {
        "none", "no", "unknown", "not known", "other", "others", "missing",
        "not applicable", "na", "n a", "unspecified", "not available", "zero",
        "nothing"
    };

    for (i = 0; i < train_nelts(words); i++) {
        if (strcmp(text, words[i]) == 0) {
            return 1;
        }
    }

    return strncmp(text, "no ", 3) == 0;
}


/* What stands in front of or behind a number and says on which side of it */

static int
number_side(const char *text, const char *plain)
{
    size_t                    i;
    static const char *const  below[] = {
        "under ", "less ", "below ", "up to ", "fewer ", "at most ", "max "
    };
    static const char *const  above[] = {
        "over ", "more ", "above ", "at least ", "min ", "greater "
    };

    for (i = 0; i < train_nelts(below); i++) {
        if (strncmp(plain, below[i], strlen(below[i])) == 0) {
            return -1;
        }
    }

    for (i = 0; i < train_nelts(above); i++) {
        if (strncmp(plain, above[i], strlen(above[i])) == 0) {
            return 1;
        }
    }

    if (strstr(plain, " or more") != NULL || strstr(plain, " or older") != NULL
        || strstr(plain, " and over") != NULL || strchr(text, '>') != NULL
        || strchr(text, '+') != NULL || strstr(text, "\xe2\x89\xa5") != NULL)
    {
        return 1;
    }

    return strchr(text, '<') != NULL || strstr(text, "\xe2\x89\xa4") != NULL
           || strstr(plain, " or less") != NULL ? -1 : 0;
}


/* 1000 for K, days for spans of time */

static double
number_unit(const char *behind, const char *plain)
{
    size_t  i;

    static const struct {
        const char  *word;
        double       days;
    } spans[] = {
        { "second", 1 / 86400.0 }, { "minute", 1 / 1440.0 },
        { "hour", 1 / 24.0 }, { "day", 1 }, { "week", 7 }, { "month", 30.4 },
        { "year", 365.25 }, { "yr", 365.25 }
    };

    if ((behind[0] | 0x20) == 'k' || (behind[0] | 0x20) == 'm') {
        if ((behind[1] | 0x20) < 'a' || (behind[1] | 0x20) > 'z') {
            return (behind[0] | 0x20) == 'k' ? 1e3 : 1e6;
        }
    }

    for (i = 0; i < train_nelts(spans); i++) {
        if (strstr(plain, spans[i].word) != NULL) {
            return spans[i].days;
        }
    }

    return 1;
}


/* The first number of a text -> *key; *prefix: bytes of letters before it;
 * 0: there is none */

static int
number_first(const char *text, const char *plain, double *key, size_t *prefix)
{
    int     side;
    char    digits[32];
    size_t  i, n, k;
    double  v;

    n = strcspn(text, "0123456789");

    if (text[n] == '\0') {
        return 0;
    }

    for (i = n, k = 0; k < sizeof(digits) - 1; i++) {
        if (text[i] >= '0' && text[i] <= '9') {
            digits[k++] = text[i];

        } else if (text[i] == '.' && text[i + 1] >= '0' && text[i + 1] <= '9') {
            digits[k++] = '.';

        } else if (text[i] != ',' || text[i + 1] < '0' || text[i + 1] > '9') {
            break;
        }
    }

    digits[k] = '\0';

    if (!train_number(digits, &v)) {
        return 0;
    }

    if (n > 0 && text[n - 1] == '-' && n == 1) {
        v = -v;
    }

    side = number_side(text, plain);
    *key = (v + side * 1e-6 * (1 + fabs(v))) * number_unit(text + i, plain);

    for (*prefix = 0, i = 0; i < n; i++) {
        *prefix += ((text[i] | 0x20) >= 'a' && (text[i] | 0x20) <= 'z');
    }

    *prefix = (side != 0) ? 0 : *prefix;    /* "less than 5" */

    return 1;
}


/* "1. Never": its number is a name; "city 3" as well, but not "level 3" */

static int
number_is_name(const char *text, const char *plain)
{
    size_t                    i, n;
    static const char *const  words[] = {
        "level", "lvl", "grade", "stage", "tier", "step", "phase", "year",
        "week", "month", "day", "quarter", "rank", "degree", "age", "size",
        "score", "class", "severity", "priority"
    };

    n = strspn(text, "0123456789");

    if (n > 0) {
        return strchr(".):", text[n]) != NULL && text[n] != '\0'
               && (text[n + 1] < '0' || text[n + 1] > '9');
    }

    n = strcspn(plain, " 0123456789");

    for (i = 0; i < train_nelts(words); i++) {
        if (strlen(words[i]) == n && memcmp(plain, words[i], n) == 0) {
            return 0;
        }
    }

    return n > 0;
}


/* Letters in front of them must be the same */

static int
number_keys(char *const *text, const train_plain_t *plain, size_t n,
    double *key)
{
    size_t       i, j, prefix, none, numbers;
    const char  *first;

    none = 0;
    numbers = 0;
    first = NULL;

    for (i = 0; i < n; i++) {
        if (!number_first(text[i], plain[i], &key[i], &prefix)) {
            if (none++ > 0 || !train_order_is_none(plain[i])) {
                return 0;
            }

            key[i] = -INFINITY;
            continue;
        }

        numbers++;

        if (prefix > 0 && first != NULL
            && (strcspn(first, "0123456789") != strcspn(text[i], "0123456789")
                || memcmp(first, text[i], strcspn(first, "0123456789")) != 0))
        {
            return 0;
        }

        first = (prefix > 0) ? text[i] : first;
    }

    for (i = 0; i < n; i++) {
        for (j = 0; j < i; j++) {
            if (!(key[i] < key[j]) && !(key[j] < key[i])) {
                return 0;
            }
        }
    }

    return numbers >= 3;
}


/* Are they but names?  Of letters and enumerations one cannot know. */

static int
number_are_names(char *const *text, const train_plain_t *plain, size_t n)
{
    size_t  i, names;

    for (i = 0, names = 0; i < n; i++) {
        names += (size_t) (number_side(text[i], plain[i]) == 0
                           && number_is_name(text[i], plain[i]));
    }

    return 2 * names > n;
}


train_order_t
train_order_numbers(char *const *text, const train_plain_t *plain, size_t n,
    double *key)
{
    if (!number_keys(text, plain, n, key)) {
        return TRAIN_ORDER_NONE;
    }

    return number_are_names(text, plain, n) ? TRAIN_ORDER_NAMES
                                            : TRAIN_ORDER_KNOWN;
}
