/*
 * Any bytes as a model of CatBoost in JSON: there is a sentence, or a model
 * that the engine takes.
 */

#include "fuzz_document.h"


#define INFO(loss, classes)                                                   \
    "\"model_info\":{\"catboost_version_info\":\"Git info:\\n  Branch: "      \
    "tags/v1.2.10\\n\",\"class_params\":{\"class_names\":" classes "},"       \
    "\"params\":{\"loss_function\":{\"params\":{},\"type\":\"" loss "\"}}},"

#define NUMBER(at, name, nan)                                                 \
    "{\"borders\":[0.5],\"feature_id\":\"" name "\",\"feature_index\":" at    \
    ",\"flat_feature_index\":" at ",\"has_nans\":true,"                       \
    "\"nan_value_treatment\":\"" nan "\"}"

static const char *const  seeds[] = {

    /* numbers and categories */
    "{\"features_info\":{\"cat_features_hash\":[{\"hash\":2854784352,"
    "\"value\":\"yy\"},{\"hash\":3510494104,\"value\":\"x\"}],"
    "\"categorical_features\":[{\"feature_id\":\"c\",\"feature_index\":0,"
    "\"flat_feature_index\":2,\"values\":[-1440182944,-784473192]}],"
    "\"float_features\":[" NUMBER("0", "a", "AsTrue") ","
    NUMBER("1", "b \\u00e4", "AsFalse") "]}," INFO("Logloss", "[0,1]")
    "\"oblivious_trees\":[{\"leaf_values\":[-0.5,1E-3,2,0.25],"
    "\"leaf_weights\":[1,2,3,4],\"splits\":[{\"border\":0.5,"
    "\"float_feature_index\":1,\"split_type\":\"FloatFeature\"},"
    "{\"cat_feature_index\":0,\"split_type\":\"OneHotFeature\","
    "\"value\":-784473192}]},{\"leaf_values\":[0.125],\"splits\":[]}],"
    "\"scale_and_bias\":[1,[0.5]]}",

    /* nested trees, several outputs, no names */
    "{\"features_info\":{\"float_features\":[" NUMBER("0", "", "AsIs") "]},"
    INFO("MultiClass", "[\"u\",\"v\"]")
    "\"scale_and_bias\":[0.5,[0,1]],\"trees\":[{\"left\":{\"value\":[1,2],"
    "\"weight\":5},\"right\":{\"left\":{\"value\":[-1,0],\"weight\":1},"
    "\"right\":{\"value\":[0.25,-3],\"weight\":2},\"split\":{\"border\":1,"
    "\"float_feature_index\":0,\"split_type\":\"FloatFeature\"}},"
    "\"split\":{\"border\":-0.5,\"float_feature_index\":0,"
    "\"split_type\":\"FloatFeature\"}}]}",

    /* the least */
    "{\"features_info\":{\"float_features\":[{\"feature_index\":0,"
    "\"flat_feature_index\":0}]},\"model_info\":{\"params\":{"
    "\"loss_function\":{\"type\":\"RMSE\"}}},\"trees\":[{\"value\":1}]}"
};


int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    fuzz_import(&train_import_catboost, data, size);

    return 0;
}


size_t
fuzz_seed(unsigned n, uint8_t *buf, size_t room)
{
    return n < train_nelts(seeds) ? fuzz_text(seeds[n], buf, room) : 0;
}
