/*
 * An order that texts have by what they mean: known scales of words, letters in
 * a row, and numbers within the texts.
 * Not here: which numbers those are (decide_number.c), and whether an order is
 * of use (decide_codes.c).
 */

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "decide.h"
#include "util.h"


#define SCALE_MOST  64              /* values of a scale */


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
scale_plain(const char *s, train_plain_t out)
{
    size_t  n;
    int     c;

    for (n = 0; *s != '\0' && n + 1 < sizeof(train_plain_t); s++) {
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


/* key(n) of texts on that scale; 0 if more than one is on none, two are at one
 * place, or there are less than three */

static int
scale_words(const char *scale, const train_plain_t *text, size_t n,
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

        } else if (place < 0 && none++ == 0 && train_order_is_none(text[i])) {
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


train_order_t
train_scale_known(char *const *text, size_t n, uint32_t *rank)
{
    int            known;
    train_order_t  order;
    train_plain_t *plain;
    double         key[SCALE_MOST];
    size_t         i, j;

    if (n < 3 || n > SCALE_MOST) {
        return TRAIN_ORDER_NONE;
    }

    plain = train_alloc(n, sizeof(train_plain_t));

    for (i = 0; i < n; i++) {
        scale_plain(text[i], plain[i]);
    }

    known = 0;

    for (i = 0; i < train_nelts(scales) && !known; i++) {
        known = scale_words(scales[i], (const train_plain_t *) plain, n, key);
    }

    order = known ? TRAIN_ORDER_KNOWN : TRAIN_ORDER_NONE;

    if (!known && scale_letters(text, n, key)) {
        order = TRAIN_ORDER_NAMES;

    } else if (!known) {
        order = train_order_numbers(text, (const train_plain_t *) plain, n,
                                    key);
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
