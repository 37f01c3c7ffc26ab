/*
 * The importer of LightGBM's text: what it makes of a file, and one sentence
 * for each way in which a file can be wrong.
 */

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "import/import.h"
#include "op/maas_op.h"


#define ROOM  8192

static const char  good[] =
    "tree\nversion=v4\nnum_class=1\nnum_tree_per_iteration=1\nlabel_index=0\n"
    "max_feature_idx=3\nobjective=binary sigmoid:0.5\n"
    "feature_names=a city b=c size\n"
    "feature_infos=[-2.5:3] -1:0:2:1 none [0:1]\ntree_sizes=640 100\n\n"
    "Tree=0\nnum_leaves=4\nnum_cat=1\nsplit_feature=0 1 0\n"
    "split_gain=9 8 7\nthreshold=0.25 0 -1.5e-05\ndecision_type=10 1 4\n"
    "left_child=1 -1 -3\nright_child=2 -2 -4\n"
    "leaf_value=0.5 -0.25 1e-300 -3\nleaf_weight=1 1 1 1\n"
    "leaf_count=10 20 30 40\ninternal_value=0 0 0\ninternal_weight=0 0 0\n"
    "internal_count=100 30 70\ncat_boundaries=0 2\ncat_threshold=5 1\n"
    "is_linear=0\nshrinkage=1\n\n\n"
    "Tree=1\nnum_leaves=2\nnum_cat=0\nsplit_feature=2\nsplit_gain=1\n"
    "threshold=inf\ndecision_type=8\nleft_child=-1\nright_child=-2\n"
    "leaf_value=1 2\nleaf_weight=1 1\nleaf_count=90 10\n"
    "internal_value=0\ninternal_weight=0\ninternal_count=100\n"
    "is_linear=1\nleaf_const=1.5 7\nnum_features=2 0\nleaf_features=2 0  \n"
    "leaf_coeff=0.5 -2  \nshrinkage=1\n\n\n"
    "end of trees\n\nfeature_importances:\na=2\n\nparameters:\n"
    "[boosting: gbdt]\n[num_iterations: 3]\n[early_stopping_round: 1]\n"
    "[pred_early_stop: 1]\n[categorical_feature: 1]\n\nend of parameters\n\n"
    "pandas_categorical:[[\"x\", \"y \\u00e4\", \"z\"]]\n";


/* The first `from` in text(ROOM) becomes `to`. */

static size_t
replace(char *text, const char *from, const char *to)
{
    char    *at;
    size_t   len;

    at = strstr(text, from);
    assert_non_null(at);

    len = strlen(text) - strlen(from) + strlen(to);
    assert_true(len < ROOM);
    memmove(at + strlen(to), at + strlen(from), strlen(at + strlen(from)) + 1);
    memcpy(at, to, strlen(to));

    return len;
}


/* good with that; NULL: as it is */

static size_t
edited(const char *from, const char *to, char *text)
{
    memcpy(text, good, sizeof(good));

    return from == NULL ? sizeof(good) - 1 : replace(text, from, to);
}


/* m->arena is to be destroyed */

static maas_status_t
import(train_import_t *m, const char *text, size_t len, maas_err_t *err)
{
    char           *exact;
    maas_status_t   rc;

    *m = (train_import_t) { .arena = maas__arena_create(1 << 26) };
    assert_non_null(m->arena);

    exact = malloc(len);               /* a byte too far is seen */
    assert_non_null(exact);
    memcpy(exact, text, len);
    rc = train_import_read(m, exact, len, err);
    free(exact);

    return rc;
}


static int
noted(const train_import_t *m, const char *text)
{
    size_t  i;

    for (i = 0; i < m->n_notes; i++) {
        if (strstr(m->notes[i], text) != NULL) {
            return 1;
        }
    }

    return 0;
}


static void
test_good(void **state)
{
    char            text[ROOM];
    size_t          len;
    maas_err_t      err;
    train_import_t  m;

    len = edited(NULL, NULL, text);
    assert_int_equal(import(&m, text, len, &err), MAAS_OK);

    assert_string_equal(m.source, "LightGBM v4");
    assert_string_equal(m.objective, "binary sigmoid:0.5");
    assert_int_equal(m.task, MAAS_TASK_BINARY);
    assert_int_equal(m.dtype, MAAS_F64);
    assert_int_equal(m.in, 4);
    assert_int_equal(m.n_labels, 2);
    assert_string_equal(m.labels[1], "1");

    assert_int_equal(m.n_columns, 4);
    assert_string_equal(m.columns[2].name, "b=c");
    assert_int_equal(m.columns[2].kind, MAAS_FIELD_NUMBER);
    assert_true(m.columns[2].missing == MAAS_KEEP);

    assert_int_equal(m.columns[1].kind, MAAS_FIELD_CATEGORY);
    assert_true(m.columns[1].codes);
    assert_int_equal(m.columns[1].compare, MAAS_COMPARE_TEXT);
    assert_int_equal(m.columns[1].n_values, 3);
    assert_string_equal(m.columns[1].values[1], "y \xc3\xa4");

    assert_true(noted(&m, "column city: 3 categories of pandas: x, y"));
    assert_true(noted(&m, "labels are 0 to 1"));
    assert_true(noted(&m, "1 of 2 trees have linear leaves"));
    assert_true(noted(&m, "all 2 iterations in the file are used, of 3"));
    assert_true(noted(&m, "pred_early_stop"));

    maas__arena_destroy(m.arena);
}


static void
test_trees(void **state)
{
    char            text[ROOM];
    size_t          len;
    maas_err_t      err;
    maas_shape_t    in;
    maas_trees_t    t;
    train_import_t  m;

    len = edited(NULL, NULL, text);
    assert_int_equal(import(&m, text, len, &err), MAAS_OK);

    in = maas__shape_flat(m.dtype, m.in);
    assert_int_equal(m.n_nodes, 1);
    assert_int_equal(maas__node_shape(m.nodes, 0, &in, &err), MAAS_OK);
    maas__trees_of(&m.nodes[0], &t);

    assert_int_equal(t.trees, 2);
    assert_int_equal(t.nodes, 4);
    assert_int_equal(t.compare, MAAS_F64);
    assert_int_equal(t.sum, MAAS_F64);
    assert_int_equal(t.transform, MAAS_TRANSFORM_SIGMOID);
    assert_true(t.slope == 0.5);
    assert_true(t.tiny);
    assert_int_equal(t.divide, 1);

    assert_int_equal(t.flags[0], MAAS_TREE_NAN | MAAS_TREE_LEFT);
    assert_int_equal(t.flags[1], MAAS_TREE_SET | MAAS_TREE_NAN);
    assert_int_equal(t.flags[2], MAAS_TREE_ZERO);
    assert_int_equal(t.word[0], 5);
    assert_true(((const double *) t.threshold)[2] == -1.5e-05);
    assert_true(((const double *) t.threshold)[3] > 1e308);

    assert_int_equal(t.terms, 2);
    assert_int_equal(t.term_feature[0], 2);
    assert_true(t.coefficient[1] == -2);
    assert_true(t.constant[4] == 1.5 && t.constant[5] == 7);

    assert_non_null(t.cover);
    assert_true(t.cover[0] == 100 && t.cover[2] == 70 && t.cover[3] == 10);
    assert_true(t.cover[7] == 100 && t.cover[8] == 90);

    maas__arena_destroy(m.arena);
}


/* What objectives become */

static void
test_objectives(void **state)
{
    size_t            i, len;
    char              text[ROOM];
    maas_err_t        err;
    maas_shape_t      in;
    maas_trees_t      t;
    train_import_t    m;

    static const struct {
        const char        *line;
        maas_task_t        task;
        maas_transform_t   transform;
    } of[] = {
        { "", MAAS_TASK_REGRESSION, MAAS_TRANSFORM_NONE },
        { "objective=regression", MAAS_TASK_REGRESSION, MAAS_TRANSFORM_NONE },
        { "objective=regression sqrt", MAAS_TASK_REGRESSION,
          MAAS_TRANSFORM_SQUARE },
        { "objective=quantile sqrt", MAAS_TASK_REGRESSION,
          MAAS_TRANSFORM_SQUARE },
        { "objective=huber sqrt", MAAS_TASK_REGRESSION, MAAS_TRANSFORM_NONE },
        { "objective=poisson", MAAS_TASK_REGRESSION, MAAS_TRANSFORM_EXP },
        { "objective=tweedie tweedie_variance_power:1.5",
          MAAS_TASK_REGRESSION, MAAS_TRANSFORM_EXP },
        { "objective=cross_entropy", MAAS_TASK_REGRESSION,
          MAAS_TRANSFORM_SIGMOID },
        { "objective=xentlambda", MAAS_TASK_REGRESSION,
          MAAS_TRANSFORM_SOFTPLUS },
        { "objective=lambdarank", MAAS_TASK_REGRESSION, MAAS_TRANSFORM_NONE },
    };

    for (i = 0; i < sizeof(of) / sizeof(of[0]); i++) {
        len = edited("objective=binary sigmoid:0.5", of[i].line, text);
        assert_int_equal(import(&m, text, len, &err), MAAS_OK);

        in = maas__shape_flat(m.dtype, m.in);
        assert_int_equal(maas__node_shape(m.nodes, 0, &in, &err), MAAS_OK);
        maas__trees_of(&m.nodes[0], &t);

        assert_int_equal(m.task, of[i].task);
        assert_int_equal(t.transform, of[i].transform);
        assert_int_equal(m.objective == NULL, i == 0);
        assert_int_equal(noted(&m, "raw scores"), i == 0);
        maas__arena_destroy(m.arena);
    }
}


/* Categories as pandas has them, and whose they are */

static void
test_categories(void **state)
{
    size_t          i, len;
    char            text[ROOM];
    maas_err_t      err;
    train_import_t  m;

    static const struct {
        const char      *json;
        size_t           column;       /* of the first list, 4: none */
        maas_compare_t   compare;
        const char      *second;
    } of[] = {
        { "[[1, 20.0, 1e3]]", 1, MAAS_COMPARE_NUMBER, "20" },
        { "[[0.5, -1.5, 1e16]]", 1, MAAS_COMPARE_NUMBER, "-1.5" },
        { "[[false, true, true]]", 1, MAAS_COMPARE_BOOLEAN, "true" },
        { "[[\"1\", \"01\", \"b\"]]", 1, MAAS_COMPARE_TEXT, "01" },
        { "null", 4, 0, NULL },
        { "[]", 4, 0, NULL },
        /* an ordered one, split as numbers are: `size` alone can have two */
        { "[[1, 2, 3], [4, 5]]", 1, MAAS_COMPARE_NUMBER, "2" },
    };

    for (i = 0; i < sizeof(of) / sizeof(of[0]); i++) {
        len = edited("[[\"x\", \"y \\u00e4\", \"z\"]]", of[i].json, text);

        if (i == 6) {                  /* `none` could be its column, too */
            len = replace(text, " none ", " [0.5:2] ");
        }

        assert_int_equal(import(&m, text, len, &err), MAAS_OK);

        if (of[i].column == 4) {
            assert_int_equal(m.columns[1].kind, MAAS_FIELD_NUMBER);
            assert_true(noted(&m, "with no list of values"));

        } else {
            assert_int_equal(m.columns[of[i].column].compare, of[i].compare);
            assert_string_equal(m.columns[of[i].column].values[1],
                                of[i].second);
            assert_false(noted(&m, "with no list of values"));
        }

        assert_int_equal(m.columns[3].codes, i == 6);
        maas__arena_destroy(m.arena);
    }
}


/* Features with no names are no columns */

static void
test_unnamed(void **state)
{
    size_t          len;
    char            text[ROOM];
    maas_err_t      err;
    train_import_t  m;

    (void) edited("a city b=c size", "Column_0 Column_1 Column_2 Column_3",
                  text);
    len = replace(text, "[[\"x\", \"y \\u00e4\", \"z\"]]", "null");

    assert_int_equal(import(&m, text, len, &err), MAAS_OK);
    assert_int_equal(m.n_columns, 0);
    assert_int_equal(m.missing, 1);
    assert_true(noted(&m, "a row is 4 numbers"));
    assert_true(noted(&m, "1 of the features (Column_1)"));
    maas__arena_destroy(m.arena);
}


static const struct {
    const char     *from, *to, *sentence;
} wrong[] = {
    { "version=v4\n", "", "has no version" },
    { "version=v4", "version=v5", "version \"v5\" of LightGBM's files" },
    { "version=v4", "version=4", "version \"4\"" },
    { "label_index", "lable_index", "line 5: \"lable_index\" in the header" },
    { "label_index=0", "num_class=1", "line 5: \"num_class\" is in the header "
      "twice" },
    { "num_class=1\n", "", "has no num_class" },
    { "num_class=1\n", "num_class=0\n", "num_class is \"0\"" },
    { "num_class=1\n", "num_class=99999999999999999999\n", "num_class is" },
    { "iteration=1", "iteration=-1", "num_tree_per_iteration is \"-1\"" },
    { "iteration=1", "iteration=2", "objective binary sigmoid:0.5 with 2 trees"
    },
    { "max_feature_idx=3", "max_feature_idx=2", "4 names, max_feature_idx says "
      "3" },
    { "max_feature_idx=3", "max_feature_idx=1048576", "max_feature_idx is" },
    { "feature_names", "feature_name", "\"feature_name\" in the header" },
    { "binary sig", "bynary sig", "objective \"bynary\" is not known" },
    { "sigmoid:0.5", "sigmoid:0", "what \"sigmoid:0\" means" },
    { "sigmoid:0.5", "slope:2", "what \"slope:2\" means" },
    { "tree_sizes=640 100", "tree_sizes=640", "has 2 trees, tree_sizes lists "
      "1" },
    { "a city", "a\x80 city", "name 0 is no text" },
    { "Tree=0", "Tree=1", "line 12: \"Tree=1\", expected \"Tree=0\"" },
    { "Tree=1", "Tree=2", "\"Tree=2\", expected \"Tree=1\" or" },
    { "num_leaves=4", "num_leaves=0", "tree 0, at line 12: num_leaves is 0" },
    { "num_leaves=4", "num_leaves=5", "leaf_value has 4 numbers, expected 5" },
    { "num_leaves=4", "num_leaves=4000000000", "num_leaves is \"4000000000\"" },
    { "num_leaves=4\n", "", "it has no num_leaves" },
    { "num_cat=1", "num_cat=2", "cat_boundaries has 2 numbers, expected 3" },
    { "num_cat=1", "num_cat=0", "set 0 of categories, num_cat is 0" },
    { "num_cat=1", "num_cat=99", "num_cat is \"99\"" },
    { "split_feature=0", "split_feature=4", "split_feature has 4, expected a "
      "whole number from 0 to 3" },
    { "split_feature=0", "split_feature=-1", "split_feature has -1" },
    { "split_feature=0", "split_feature=0.5", "split_feature has 0.5" },
    { "split_feature=0", "split_feature=0x1", "split_feature has \"0x1\"" },
    { "threshold=0.25", "threshold=nan", "threshold has \"nan\"" },
    { "threshold=0.25", "threshold=1e999", "threshold has \"1e999\"" },
    { "threshold=0.25", "threshold=0.25 1", "threshold has 4 numbers" },
    { "threshold=0.25 0", "threshold=0.25 1", "set 1 of categories" },
    { "threshold=0.25 0", "threshold=0.25 -1", "set -1 of categories" },
    { "threshold=0.25 0 -1.5e-05\ndecision_type=10 1 4", "threshold=0.25 0 0\n"
      "decision_type=10 1 1", "node 2 has set 0 of categories, which another" },
    { "decision_type=10", "decision_type=12", "decision_type has 12" },
    { "left_child=1", "left_child=3", "left_child has 3" },
    { "left_child=1", "left_child=0", "tree 0, node 0: a child is no later" },
    { "left_child=1", "left_child=2", "tree 0, node 0: a child is no later" },
    { "left_child=1", "left_child=-9", "left_child has -9" },
    { "right_child=2 -2", "right_child=2 -1", "has two parents" },
    { "leaf_value=0.5", "leaf_value=inf", "leaf_value has \"inf\"" },
    { "leaf_value=0.5", "leaf_velue=0.5", "\"leaf_velue\" in a tree is not "
      "known" },
    { "leaf_value=0.5 -0.25 1e-300 -3\n", "", "it has no leaf_value" },
    { "leaf_count=10", "leaf_count=-10", "leaf_count has -10" },
    { "leaf_count=10", "leaf_count=10 1", "leaf_count has 5 numbers" },
    { "cat_boundaries=0", "cat_boundaries=1", "cat_boundaries do not rise" },
    { "cat_boundaries=0 2", "cat_boundaries=0 1", "cat_boundaries do not" },
    { "cat_boundaries=0 2", "cat_boundaries=0 3", "cat_boundaries has 3" },
    { "cat_threshold=5", "cat_threshold=4294967296", "cat_threshold has" },
    { "is_linear=0", "is_linear=2", "is_linear is \"2\"" },
    { "num_features=2", "num_features=1", "not the sum of num_features" },
    { "num_features=2", "num_features=3", "num_features has 3" },
    { "leaf_features=2", "leaf_features=9", "leaf_features has 9" },
    { "leaf_features=2", "leaf_features=", "leaf_features has 1 numbers" },
    { "leaf_coeff=0.5", "leaf_coeff=x", "leaf_coeff has \"x\"" },
    { "end of trees", "end of tree", "\"end of tree\", expected \"Tree=2\"" },
    { "end of parameters\n", "", "no \"end of parameters\"" },
    { "[[\"x\"", "[[\"x", "pandas_categorical, the last line: byte" },
    { "[[\"x\"", "[[[\"x\"]", "the last line: byte" },
    { "[[\"x\"", "[[NaN", "the last line: byte" },
    { "[[\"x\"", "[[null", "expected a text, a number, true or false" },
    { "[[\"x\"", "[[1", "list 0 has values of several types" },
    { "[[\"x\"", "[[\"\"", "list 0 has \"\"" },
    { "[[\"x\"", "[[\" x\"", "list 0 has \" x\"" },
    { "[[\"x\"", "[[], [\"x\"", "2 lists, and the file does not say" },
    { "[[\"x\"", "[[], [], [], [], [\"x\"", "more lists than the 4" },
    { ", \"z\"", "", "1 lists, and the file does not say" },
    { "[-2.5:3]", "[-2.5:y]", "\"[-2.5:y]\" of feature 0" },
    { " none", "", "feature_infos is of 3 features" },
};


static void
test_wrong(void **state)
{
    size_t          i, len;
    char            text[ROOM];
    maas_err_t      err;
    maas_status_t   rc;
    train_import_t  m;

    for (i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        len = edited(wrong[i].from, wrong[i].to, text);
        rc = import(&m, text, len, &err);

        if (rc == MAAS_OK || strstr(err.msg, wrong[i].sentence) == NULL) {
            fail_msg("%s -> %s: %s", wrong[i].from, wrong[i].to,
                     rc == MAAS_OK ? "is taken" : err.msg);
        }

        maas__arena_destroy(m.arena);
    }
}


/* A file that ends anywhere, but in what can be left out, is not taken. */

static void
test_cut(void **state)
{
    size_t          len, whole, parameters;
    char            text[ROOM];
    maas_err_t      err;
    maas_status_t   rc;
    train_import_t  m;

    whole = edited(NULL, NULL, text);
    parameters = (size_t) (strstr(text, "end of parameters") - text)
                 + strlen("end of parameters");

    for (len = 1; len < whole; len++) {
        rc = import(&m, text, len, &err);

        if (len < parameters) {
            assert_int_not_equal(rc, MAAS_OK);
            assert_true(err.msg[0] != '\0');

        } else if (len > parameters + 1 + strlen("\npandas_categorical:")) {
            assert_int_equal(rc, len == whole - 1 ? MAAS_OK : MAAS_BADFILE);
        }

        maas__arena_destroy(m.arena);
    }
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(test_good),
        cmocka_unit_test(test_trees),
        cmocka_unit_test(test_objectives),
        cmocka_unit_test(test_categories),
        cmocka_unit_test(test_unnamed),
        cmocka_unit_test(test_wrong),
        cmocka_unit_test(test_cut),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
