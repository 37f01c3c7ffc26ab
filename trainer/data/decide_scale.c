/*
 * An order that texts have by what they mean: known scales of words, letters in
 * a row, and numbers within the texts.
 * Not here: whether it is of use (decide_codes.c).
 */

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "decide.h"
#include "util.h"


#define SCALE_MOST   64             /* values of a scale */
#define SCALE_BYTES  64


/* From low to high; words of one place have a slash between them */

static const char *const  scales[] = {
    "tiny/minimal/very low/very small/very little/lowest/xs/extra small|"
    "low/small/little/few/minor/slight/mild/light/short/s/sm/lo/slow/weak|"
    "medium/moderate/middle/mid/average/normal/med/m/some/typical/regular|"
    "quite rich/quite high/upper/above average|"
    "high/large/rich/many/major/severe/heavy/big/tall/long/l/lg/hi/much/fast/"
    "strong|"
    "very high/very large/xl/extra large/huge/extreme/critical/very heavy/"
    "highest|xxl|xxxl",

    "very poor/terrible/awful/worst|poor/bad/po|below average|"
    "fair/fa/acceptable/so so/sufficient/passable|"
    "average/typical/typ/ta/ok/okay/neutral/normal/standard/av/avg/medium/"
    "satisfactory|above average|good/gd|very good|premium|"
    "excellent/ex/great/ideal|very excellent/outstanding/best/perfect",

    "never/not at all|rarely/seldom/almost never/hardly ever|"
    "occasionally/sometimes/several days|regularly|"
    "often/frequently/usually/most of the time/more than half the days|"
    "very often/almost always/nearly every day|always/all the time",

    "hourly|daily|weekly|biweekly/fortnightly|monthly|quarterly|"
    "half yearly/semiannually|yearly/annually/annual",

    "strongly disagree/totally disagree|disagree|"
    "slightly disagree/somewhat disagree|"
    "neutral/undecided/neither agree nor disagree|"
    "slightly agree/somewhat agree|agree|strongly agree/totally agree",

    "very dissatisfied/very unsatisfied/very unhappy|"
    "dissatisfied/unsatisfied/unhappy|neutral|satisfied/happy|"
    "very satisfied/very happy",

    "very unlikely|unlikely|neutral/possible/maybe|likely|very likely",

    "mon/monday/mo|tue/tuesday/tues/tu|wed/wednesday/we|"
    "thu/thursday/thur/thurs/th|fri/friday/fr|sat/saturday/sa|sun/sunday/su",

    "jan/january|feb/february|mar/march|apr/april|may|jun/june|jul/july|"
    "aug/august|sep/september/sept|oct/october|nov/november|dec/december",

    "spring|summer|autumn/fall|winter",

    "none/no schooling/uneducated/illiterate/unschooled|"
    "preschool/kindergarten|"
    "elementary/primary/primary school/elementary school/basic|"
    "middle school/lower secondary/junior high|"
    "some high school/less than high school|"
    "high school/secondary/hs grad/high school graduate/highschool/hs/"
    "upper secondary/secondary school/high school grad/tertiary prep|"
    "some college/vocational/post secondary|"
    "associate/associates/associate degree/associate s degree|"
    "bachelor/bachelors/bachelor s/bachelors degree/bachelor s degree/"
    "bachelor degree/college/college grad/college graduate/undergraduate/"
    "graduation/tertiary/university/university degree/higher|"
    "master/masters/master s/masters degree/master s degree/master degree/"
    "graduate/graduate school/postgraduate/post graduate|"
    "professional/prof school|doctorate/phd/doctoral/ph d/doctor",

    "zero|first/one/single/once|second/two/double/twice|third/three/triple|"
    "fourth/four|fifth/five|sixth/six|seventh/seven|eighth/eight|ninth/nine|"
    "tenth/ten",

    "freezing|cold|cool|mild/moderate|warm|hot|very hot",

    "infant/baby/newborn|child/kid/children|teen/teenager/adolescent/youth|"
    "young/young adult|adult|middle aged|old/senior/elderly|very old",

    "beginner/novice/entry/entry level/trainee/intern|junior/elementary|"
    "intermediate/mid/mid level/associate|senior/advanced/proficient|"
    "expert/lead/principal|director|executive",

    "basic/free/starter|bronze/standard|silver/plus|gold/premium/pro|"
    "platinum/enterprise|diamond",

    "negligible/insignificant|minor/slight|moderate|major/serious|"
    "severe/critical|fatal/catastrophic"
};


/* Lower case; what is neither letter nor digit is one blank */

static void
scale_plain(const char *s, char out[SCALE_BYTES])
{
    size_t  n;
    int     c;

    for (n = 0; *s != '\0' && n + 1 < SCALE_BYTES; s++) {
        c = (*s >= 'A' && *s <= 'Z') ? *s | 0x20 : *s;

        if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || (c & 0x80)) {
            out[n++] = (char) c;

        } else if (n > 0 && out[n - 1] != ' ') {
            out[n++] = ' ';
        }
    }

    while (n > 0 && out[n - 1] == ' ') {
        n--;
    }

    out[n] = '\0';
}


/* The place of a plain text in a scale; -1: none */

static int
scale_place(const char *scale, const char *text)
{
    int          place;
    size_t       n, len;

    len = strlen(text);

    for (place = 0; *scale != '\0'; scale += n + (scale[n] != '\0')) {
        n = strcspn(scale, "/|");

        if (n == len && memcmp(scale, text, n) == 0) {
            return place;
        }

        place += (scale[n] == '|');
    }

    return -1;
}


/* One that has no place but below all others: nothing, or not known */

static int
scale_is_none(const char *text)
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


/* key(n) of texts on that scale; 0 if more than one is on none, two are at one
 * place, or there are less than three */

static int
scale_words(const char *scale, const char (*text)[SCALE_BYTES], size_t n,
    double *key)
{
    int       place;
    size_t    i, none;
    uint64_t  seen;

    seen = 0;
    none = 0;

    for (i = 0; i < n; i++) {
        place = scale_place(scale, text[i]);

        if (place >= 0 && (seen >> place & 1) == 0) {
            seen |= (uint64_t) 1 << place;
            key[i] = place;

        } else if (place < 0 && none++ == 0 && scale_is_none(text[i])) {
            key[i] = -1;

        } else {
            return 0;
        }
    }

    return n - none >= 3;
}


/* A, B, C or D, E, F, G, without a gap, or grades: B+ is above B, A is best */

static int
scale_letters(char *const *text, size_t n, double *key)
{
    int          c, low, high, signs, letters[26] = { 0 };
    size_t       i;
    const char  *s;

    low = 'z';
    high = 'a';
    signs = 0;

    for (i = 0; i < n; i++) {
        s = text[i];
        c = s[0] | 0x20;

        if (c < 'a' || c > 'z' || (s[1] != '\0' && strchr("+-", s[1]) == NULL)
            || (s[1] != '\0' && s[2] != '\0'))
        {
            return 0;
        }

        letters[c - 'a'] = 1;
        signs |= (s[1] != '\0');
        low = (c < low) ? c : low;
        high = (c > high) ? c : high;
        key[i] = 3 * c - (s[1] == '+') + (s[1] == '-');
    }

    for (c = low; c < high; c++) {
        if (!letters[c - 'a'] && (low != 'a' || c != 'e' || high != 'f')) {
            return 0;           /* of grades, E may be left out */
        }
    }

    return high > low + (low == 'a' ? 1 : 2)
           && (low == 'a' || !signs);
}


/* What stands in front of or behind a number and says on which side of it */

static int
scale_side(const char *text, const char *plain)
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
scale_unit(const char *behind, const char *plain)
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
scale_number(const char *text, const char *plain, double *key, size_t *prefix)
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

    side = scale_side(text, plain);
    *key = (v + side * 1e-6 * (1 + fabs(v))) * scale_unit(text + i, plain);

    for (*prefix = 0, i = 0; i < n; i++) {
        *prefix += ((text[i] | 0x20) >= 'a' && (text[i] | 0x20) <= 'z');
    }

    *prefix = (side != 0) ? 0 : *prefix;    /* "less than 5" */

    return 1;
}


/* "1. Never": its number is a name; "city 3" as well, but not "level 3" */

static int
scale_is_name(const char *text, const char *plain)
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


/* Numbers in all texts but one, which is none; letters in front of them must be
 * the same */

static int
scale_numbers(char *const *text, const char (*plain)[SCALE_BYTES], size_t n,
    double *key)
{
    size_t       i, j, prefix, none, numbers;
    const char  *first;

    none = 0;
    numbers = 0;
    first = NULL;

    for (i = 0; i < n; i++) {
        if (!scale_number(text[i], plain[i], &key[i], &prefix)) {
            if (none++ > 0 || !scale_is_none(plain[i])) {
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
scale_are_names(char *const *text, const char (*plain)[SCALE_BYTES], size_t n)
{
    size_t  i, names;

    for (i = 0, names = 0; i < n; i++) {
        names += (size_t) (scale_side(text[i], plain[i]) == 0
                           && scale_is_name(text[i], plain[i]));
    }

    return 2 * names > n;
}


train_order_t
train_scale_known(char *const *text, size_t n, uint32_t *rank)
{
    int            known;
    train_order_t  order;
    char         (*plain)[SCALE_BYTES];
    double         key[SCALE_MOST];
    size_t         i, j;

    if (n < 3 || n > SCALE_MOST) {
        return TRAIN_ORDER_NONE;
    }

    plain = train_alloc(n, SCALE_BYTES);

    for (i = 0; i < n; i++) {
        scale_plain(text[i], plain[i]);
    }

    known = 0;

    for (i = 0; i < train_nelts(scales) && !known; i++) {
        known = scale_words(scales[i], (const char (*)[SCALE_BYTES]) plain, n,
                            key);
    }

    order = known ? TRAIN_ORDER_KNOWN : TRAIN_ORDER_NONE;

    if (!known && scale_letters(text, n, key)) {
        order = TRAIN_ORDER_NAMES;

    } else if (!known && scale_numbers(text,
                                       (const char (*)[SCALE_BYTES]) plain, n,
                                       key))
    {
        order = scale_are_names(text, (const char (*)[SCALE_BYTES]) plain, n)
                ? TRAIN_ORDER_NAMES : TRAIN_ORDER_KNOWN;
    }

    train_free(plain);

    for (i = 0; order != TRAIN_ORDER_NONE && i < n; i++) {
        rank[i] = 0;

        for (j = 0; j < n; j++) {
            rank[i] += (key[j] < key[i]);
        }
    }

    return order;
}
