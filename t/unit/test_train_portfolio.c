/*
 * Who has which work of a search: how many rows a first look is at, who has
 * one, and who goes on.  The families here learn nothing: they cost what they
 * are told and say what was asked of them.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "portfolio/portfolio.h"
#include "util.h"


#define LEARN  64000
#define JUDGE  30000
#define BUDGET  200.0


/* Settings of a recipe: its price with all rows */

static double
price(const train_recipe_t *r)
{
    return strtod(r->settings, NULL);
}


/* Slow ones cost less on fewer rows; trees have fewer rounds, too, if they may
 * not take more; a network costs the same */

static double
slow_work(const train_recipe_t *r, const train_lesson_t *l)
{
    return price(r) * (double) l->n / LEARN;
}


static double
trees_work(const train_recipe_t *r, const train_lesson_t *l)
{
    double  work;

    work = slow_work(r, l);

    return (l->most > 0 && work > l->most) ? l->most : work;
}


static double
network_work(const train_recipe_t *r, const train_lesson_t *l)
{
    return price(r);
}


/* What was asked: rows as its rounds, most as its loss */

static int
learn(const train_recipe_t *r, const train_lesson_t *l, train_learnt_t *to,
    char *why)
{
    to->arena = maas__arena_create(SIZE_MAX / 2);
    to->scores = maas__arena_alloc(to->arena, l->n_valid, sizeof(float));
    to->rounds = l->n;
    to->loss = l->most;
    to->work = r->family->work(r, l);

    return 0;
}


static const train_family_t  slow = {
    .name = "slow", .work = slow_work, .learn = learn
};
static const train_family_t  trees = {
    .name = "trees", .work = trees_work, .learn = learn
};
static const train_family_t  network = {
    .name = "network", .work = network_work, .learn = learn
};


/* As search.c has it before the first look, of n recipes, the cheapest first */

typedef struct {
    train_portfolio_t  p;
    train_data_t       data;
} search_t;


static uint32_t *
counted(size_t n, size_t from)
{
    size_t     i;
    uint32_t  *row;

    row = train_alloc(n, sizeof(uint32_t));

    for (i = 0; i < n; i++) {
        row[i] = (uint32_t) (from + i);
    }

    return row;
}


static void
begin(search_t *s, const train_recipe_t *r, size_t n, size_t parts)
{
    size_t              i;
    train_tried_t      *t;
    train_portfolio_t  *p;

    memset(s, 0, sizeof(search_t));
    s->data.rows = LEARN + JUDGE;
    s->data.in = 1;
    s->data.task = MAAS_TASK_BINARY;
    s->data.classes = train_alloc(s->data.rows, sizeof(uint32_t));

    p = &s->p;
    p->lesson.data = &s->data;
    p->lesson.out = 1;
    p->lesson.threads = 1;
    p->progress = TRAIN_PROGRESS_NONE;
    p->budget = BUDGET;
    p->parts.n = p->parts.first = parts;
    p->parts.part = train_alloc(parts, sizeof(train_part_rows_t));

    for (i = 0; i < parts; i++) {
        p->parts.part[i] = (train_part_rows_t) {
            .learn = counted(LEARN, 0), .n_learn = LEARN,
            .judge = counted(JUDGE, LEARN), .n_judge = JUDGE,
            .at = p->parts.judges
        };
        p->parts.judges += JUDGE;
    }

    p->tried = train_alloc(n, sizeof(train_tried_t));

    for (p->n = 0; p->n < n; p->n++) {
        t = &p->tried[p->n];
        t->recipe = &r[p->n];
        t->member = train_alloc(parts, sizeof(train_learnt_t));
        t->scores = train_alloc(p->parts.judges, sizeof(float));
        t->price = train_price(p, t, 0, 0);
    }
}


/* Number i has learnt a first part: it lost so much */

static void
looked(search_t *s, size_t i, double loss, double weight)
{
    train_tried_t  *t;

    t = &s->p.tried[i];
    t->parts = 1;
    t->first = loss;
    t->weight = weight;
    t->member[0].work = t->price;

    /* of classes 0: the higher, the more is lost on every row */

    for (i = 0; i < s->p.parts.judges; i++) {
        t->scores[i] = (float) loss;
    }
}


static void
end(search_t *s)
{
    train_free(s->data.classes);
    train_portfolio_free(&s->p);
}


/* The network that is dear has no look rather than all others half the rows, as
 * has one that could not have all; a sample has as much of the work as of the
 * rows, and fewer judges */

static void
first(void **state)
{
    size_t                 i;
    search_t               s;
    uint32_t              *judge;
    train_tried_t         *t;
    const train_recipe_t   r[] = {
        { &slow, "few", "1", 0 },
        { &network, "small", "5", 0 },
        { &network, "dear", "30", 0 },
        { &trees, "trees", "64", 0 },
        { &slow, "never", "161", 0 }
    };

    begin(&s, r, 5, 1);
    assert_int_equal(train_first(&s.p, &judge), LEARN / 2);

    for (i = 0; i < 5; i++) {
        t = &s.p.tried[i];

        if (i == 2 || i == 4) {
            assert_string_equal(t->why, "no work was left for it");
            assert_int_equal(t->parts, 0);
            continue;
        }

        assert_null(t->why);
        assert_int_equal(t->rows, LEARN / 2);
        assert_int_equal(t->member[0].rounds, LEARN / 2);
        assert_true(t->member[0].loss == BUDGET * 0.8 / 2);
    }

    assert_true(s.p.work == 0.5 + 5 + 32);

    assert_non_null(judge);
    assert_int_equal(s.p.parts.part[0].n_judge, LEARN / 2 / 3);
    assert_true(s.p.parts.part[0].judge[1] == LEARN + 2);
    train_free(judge);
    end(&s);
}


/* Few recipes look at all rows, all judge */

static void
all(void **state)
{
    search_t               s;
    uint32_t              *judge;
    const train_recipe_t   r[] = {
        { &network, "small", "5", 0 }, { &trees, "trees", "30", 0 }
    };

    begin(&s, r, 2, 1);
    assert_int_equal(train_first(&s.p, &judge), 0);
    assert_null(judge);
    assert_int_equal(s.p.tried[1].member[0].rounds, LEARN);
    assert_int_equal(s.p.parts.part[0].n_judge, JUDGE);
    assert_true(s.p.work == 35);
    end(&s);
}


/* Two trees are the blend of a sample and would take all that is left: the best
 * network has its price of it nevertheless, the best trees fewer rounds */

static void
families(void **state)
{
    search_t               s;
    uint32_t              *judge;
    const train_recipe_t   r[] = {
        { &trees, "second", "40", 0 },
        { &network, "other", "69", 0 },
        { &trees, "best", "120", 0 }
    };

    begin(&s, r, 3, 1);
    s.p.work = 60;                      /* of 200: 140 are left */
    looked(&s, 0, 0.5, 0.3);
    looked(&s, 1, 0.9, 0);
    looked(&s, 2, 0.4, 0.7);
    judge = s.p.parts.part[0].judge;
    s.p.parts.part[0].judge = counted(10, LEARN);
    s.p.parts.part[0].n_judge = 10;
    train_rest(&s.p, 1000, judge);

    assert_true(s.p.tried[2].member[0].loss == 140 - 69);
    assert_true(s.p.tried[2].member[0].work == 140 - 69);
    assert_int_equal(s.p.tried[2].member[0].rounds, LEARN);
    assert_true(s.p.tried[1].member[0].loss == 69);
    assert_string_equal(s.p.tried[0].why, "no work was left for more");
    assert_int_equal(s.p.tried[0].parts, 0);

    assert_ptr_equal(s.p.parts.part[0].judge, judge);
    assert_int_equal(s.p.parts.part[0].n_judge, JUDGE);
    end(&s);
}


/* Trees that cost more than half of what is left have what the best network
 * leaves, and fewer rounds */

static void
dear(void **state)
{
    search_t               s;
    const train_recipe_t   r[] = {
        { &trees, "other", "71", 0 }, { &network, "best", "120", 0 }
    };

    begin(&s, r, 2, 1);
    s.p.work = 60;
    looked(&s, 0, 0.9, 0);
    looked(&s, 1, 0.4, 1);
    train_rest(&s.p, 1000, NULL);
    assert_true(s.p.tried[1].member[0].loss == 140);
    assert_true(s.p.tried[1].member[0].work == 120);
    assert_true(s.p.tried[0].member[0].loss == 20);
    assert_true(s.p.tried[0].member[0].work == 20);
    end(&s);
}


/* Of folds: who is worse than by chance learns no other, but for those who cost
 * next to nothing */

static void
folds(void **state)
{
    search_t               s;
    const train_recipe_t   r[] = {
        { &trees, "cheap", "1", 0 },
        { &network, "other", "20", 0 },
        { &trees, "worse", "40", 0 },
        { &trees, "best", "41", 0 }
    };

    begin(&s, r, 4, 2);
    s.p.work = 102;
    looked(&s, 0, 3, 0);
    looked(&s, 1, 2, 0);
    looked(&s, 2, 1, 0);
    looked(&s, 3, 0.4, 1);
    train_rest(&s.p, 0, NULL);
    assert_int_equal(s.p.tried[0].parts, 2);
    assert_int_equal(s.p.tried[1].parts, 2);
    assert_string_equal(s.p.tried[2].why,
                        "others were better on the same rows");
    assert_int_equal(s.p.tried[3].parts, 2);
    assert_int_equal(s.p.tried[3].member[1].rounds, LEARN);
    end(&s);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(first),
        cmocka_unit_test(all),
        cmocka_unit_test(families),
        cmocka_unit_test(dear),
        cmocka_unit_test(folds)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
