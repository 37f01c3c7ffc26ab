/*
 * Importers that get no memory, at any place: they say so, and nothing else of
 * the file.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "import/import.h"


static const char  lightgbm[] =
    "tree\nversion=v4\nnum_class=1\nnum_tree_per_iteration=1\n"
    "max_feature_idx=1\nobjective=binary sigmoid:1\nfeature_names=a city\n"
    "feature_infos=[-1:1] -1:0:2:1\n\n"
    "Tree=0\nnum_leaves=3\nnum_cat=1\nsplit_feature=0 1\n"
    "threshold=0.25 0\ndecision_type=10 1\nleft_child=1 -1\n"
    "right_child=-3 -2\nleaf_value=0.5 -0.25 3\nleaf_count=10 20 30\n"
    "internal_count=60 30\ncat_boundaries=0 1\ncat_threshold=5\n"
    "is_linear=0\n\n\nend of trees\n\nparameters:\nend of parameters\n\n"
    "pandas_categorical:[[\"x\", \"y \\u00e4\", \"z\"]]\n";

static const char  xgboost[] =
    "{\"learner\":{\"feature_names\":[\"a\",\"b \\u00e4\"],"
    "\"feature_types\":[\"float\",\"c\"],"
    "\"gradient_booster\":{\"model\":{\"cats\":{\"enc\":["
    "{\"offsets\":[],\"values\":[]},"
    "{\"offsets\":[0,1,2],\"values\":[120,121]}],"
    "\"feature_segments\":[0,0,2]},\"tree_info\":[0],"
    "\"trees\":[{\"categories\":[1],\"categories_nodes\":[2],"
    "\"categories_segments\":[0],\"categories_sizes\":[1],"
    "\"default_left\":[0,1,1,0,0],\"left_children\":[1,-1,3,-1,-1],"
    "\"right_children\":[2,-1,4,-1,-1],"
    "\"split_conditions\":[0.25,-1,0,0.5,7],\"split_indices\":[0,0,1,0,0],"
    "\"split_type\":[0,0,1,0,0],\"sum_hessian\":[9,4,5,3.5,1.5]}]},"
    "\"name\":\"gbtree\"},\"learner_model_param\":{\"base_score\":\"5E-1\","
    "\"num_class\":\"0\",\"num_feature\":\"2\",\"num_target\":\"1\"},"
    "\"objective\":{\"name\":\"binary:logistic\"}},\"version\":[3,2,0]}";


/* With as much memory as it needs, and with any that is less */

static void
starved(const char *text)
{
    size_t          limit, failed;
    maas_err_t      err;
    maas_status_t   rc;
    train_import_t  m;

    rc = MAAS_NOMEM;
    failed = 0;

    for (limit = 1024; rc != MAAS_OK; limit += limit < 49152 ? 64 : 65536) {
        assert_true(limit < (size_t) 1 << 24);

        memset(&err, 0, sizeof(err));
        memset(&m, 0, sizeof(m));
        m.arena = maas__arena_create(limit);
        assert_non_null(m.arena);

        rc = train_import_read(&m, text, strlen(text), &err);
        maas__arena_destroy(m.arena);

        if (rc != MAAS_OK) {
            if (rc != MAAS_NOMEM || strstr(err.msg, "memory") == NULL) {
                fail_msg("%zu bytes: %d, \"%s\"", limit, rc, err.msg);
            }

            failed++;
        }
    }

    assert_true(failed > 100);
}


static void
test_lightgbm(void **state)
{
    starved(lightgbm);
}


static void
test_xgboost(void **state)
{
    starved(xgboost);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(test_lightgbm),
        cmocka_unit_test(test_xgboost)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
