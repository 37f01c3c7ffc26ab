/*
 * Any bytes as a model of XGBoost, JSON and UBJSON: there is a sentence, or a
 * model that the engine takes.
 */

#include "fuzz_document.h"


#define TAIL  "\"version\":[3,2,0]}"

#define PARAM(classes, features, base)                                        \
    "\"learner_model_param\":{\"base_score\":\"" base "\","                   \
    "\"boost_from_average\":\"1\",\"num_class\":\"" classes "\","             \
    "\"num_feature\":\"" features "\",\"num_target\":\"1\"},"

static const char *const  seeds[] = {

    /* names, categories with a list, a node that nothing leads to */
    "{\"learner\":{\"attributes\":{\"best_iteration\":\"0\"},"
    "\"feature_names\":[\"a\",\"b \\u00e4\",\"c\"],"
    "\"feature_types\":[\"float\",\"c\",\"int\"],"
    "\"gradient_booster\":{\"model\":{\"cats\":{\"enc\":["
    "{\"offsets\":[],\"values\":[]},"
    "{\"offsets\":[0,1,3,5],\"values\":[120,121,121,122,61]},"
    "{\"offsets\":[],\"values\":[]}],\"feature_segments\":[0,0,3,3],"
    "\"sorted_idx\":[0,1,2]},"
    "\"gbtree_model_param\":{\"num_parallel_tree\":\"1\","
    "\"num_trees\":\"2\"},\"iteration_indptr\":[0,1,2],"
    "\"tree_info\":[0,0],\"trees\":[{\"base_weights\":[-0.5,1E0,2],"
    "\"categories\":[1,2],\"categories_nodes\":[2],"
    "\"categories_segments\":[0],\"categories_sizes\":[2],"
    "\"default_left\":[0,1,1,0,0,0],\"left_children\":[1,-1,3,-1,-1,-1],"
    "\"right_children\":[2,-1,4,-1,-1,-1],"
    "\"split_conditions\":[0.25,-1e-7,1e-45,0.5,-0.0,7],"
    "\"split_indices\":[0,0,1,0,0,2147483647],"
    "\"split_type\":[0,0,1,0,0,0],\"sum_hessian\":[9,4,5,3.5,1.5,0],"
    "\"tree_param\":{\"num_nodes\":\"6\",\"size_leaf_vector\":\"1\"}},"
    "{\"left_children\":[-1],\"right_children\":[-1],"
    "\"split_conditions\":[0.125],\"split_indices\":[0],"
    "\"default_left\":[false]}]},\"name\":\"gbtree\"},"
    PARAM("0", "3", "[5E-1]")
    "\"objective\":{\"name\":\"binary:logistic\"}}," TAIL,

    /* several outputs, weights of trees */
    "{\"learner\":{\"feature_names\":[],\"feature_types\":[],"
    "\"gradient_booster\":{\"gbtree\":{\"model\":{"
    "\"tree_info\":[0,1],\"trees\":["
    "{\"left_children\":[1,-1,-1],\"right_children\":[2,-1,-1],"
    "\"split_conditions\":[0,1,2],\"split_indices\":[1,0,0],"
    "\"default_left\":[true,false,false]},"
    "{\"left_children\":[-1],\"right_children\":[-1],"
    "\"split_conditions\":[-3],\"split_indices\":[0],"
    "\"default_left\":[0]}]}},\"name\":\"dart\",\"weight_drop\":[0.5,1]},"
    PARAM("2", "2", "[0,-1.5E0]")
    "\"objective\":{\"name\":\"multi:softprob\"}}," TAIL,

    /* leaves of several numbers */
    "{\"learner\":{\"gradient_booster\":{\"model\":{\"tree_info\":[0],"
    "\"trees\":[{\"left_children\":[1,-1,-1],\"right_children\":[2,0,1],"
    "\"split_conditions\":[0.5,0,0],\"split_indices\":[0,0,0],"
    "\"default_left\":[1,0,0],\"leaf_weights\":[0.5,1,-2,3],"
    "\"tree_param\":{\"size_leaf_vector\":\"2\"}}]},\"name\":\"gbtree\"},"
    PARAM("0", "1", "[1,2]")
    "\"objective\":{\"name\":\"reg:squarederror\"}}," TAIL,

    /* weights */
    "{\"learner\":{\"gradient_booster\":{\"model\":{\"weights\":"
    "[0.5,-1,0.25]},\"name\":\"gblinear\"}," PARAM("0", "2", "5E-1")
    "\"objective\":{\"name\":\"count:poisson\"}}," TAIL
};


int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    fuzz_import(&train_import_xgboost, data, size);

    return 0;
}


/* Each in both ways to write it */

size_t
fuzz_seed(unsigned n, uint8_t *buf, size_t room)
{
    if (n >= 2 * train_nelts(seeds)) {
        return 0;
    }

    return n % 2 ? fuzz_ubjson(seeds[n / 2], buf, room)
                 : fuzz_text(seeds[n / 2], buf, room);
}
