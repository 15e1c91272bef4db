#include "CAssets.h"
#define ASSET(NAME, PATH) static const unsigned char NAME[] = {
static const unsigned char home[] = {
#embed "../../../policies/home.yaml"
};
const struct weir_asset weir_assets[] = {
    {"policies/home.yaml", home, sizeof home},
    {0, 0, 0},
};
