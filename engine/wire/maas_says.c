/*
 * Does a model say a label, and what are its outputs called?
 * Not here: which label (maas_decision()), and how outputs are written.
 */

#include "maas_form.h"

#include <string.h>


int
maas_says(const maas_info_t *info)
{
    return info->task != MAAS_TASK_REGRESSION && info->n_labels > 0;
}


const char *
maas_output_name(const maas_info_t *info, maas_output_kind_t output)
{
    static const char *const  names[MAAS_N_OUTPUTS] = {
        [MAAS_OUTPUT_LABEL] = "label",
        [MAAS_OUTPUT_DECISION] = "decision"
    };

    if (output == MAAS_OUTPUT_NUMBERS) {
        return info->output_name;
    }

    /* the file's own name comes first */

    return maas_says(info) && strcmp(info->output_name, names[output]) != 0
           ? names[output] : NULL;
}
