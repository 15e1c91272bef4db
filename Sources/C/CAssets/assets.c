// Made by script/embed: run it after adding or removing a file there.
#include "CAssets.h"

#pragma clang diagnostic ignored "-Wc23-extensions"

static const unsigned char file0[] = {
#embed "../../../policies/home.yaml"
};
static const unsigned char file1[] = {
#embed "../../../policies/isp.yaml"
};
static const unsigned char file2[] = {
#embed "../../../policies/policy.schema.json"
};
static const unsigned char file3[] = {
#embed "../../../policies/school.yaml"
};
static const unsigned char file4[] = {
#embed "../../../reports/bandwidth.yaml"
};
static const unsigned char file5[] = {
#embed "../../../reports/blocked-sites.yaml"
};
static const unsigned char file6[] = {
#embed "../../../reports/blocked.yaml"
};
static const unsigned char file7[] = {
#embed "../../../reports/budgets.yaml"
};
static const unsigned char file8[] = {
#embed "../../../reports/client-day.yaml"
};
static const unsigned char file9[] = {
#embed "../../../reports/comparison.yaml"
};
static const unsigned char file10[] = {
#embed "../../../reports/coverage.yaml"
};
static const unsigned char file11[] = {
#embed "../../../reports/dead-rules.yaml"
};
static const unsigned char file12[] = {
#embed "../../../reports/first-seen.yaml"
};
static const unsigned char file13[] = {
#embed "../../../reports/heat-map.yaml"
};
static const unsigned char file14[] = {
#embed "../../../reports/list-hits.yaml"
};
static const unsigned char file15[] = {
#embed "../../../reports/overview.yaml"
};
static const unsigned char file16[] = {
#embed "../../../reports/rule-hits.yaml"
};
static const unsigned char file17[] = {
#embed "../../../reports/rules.yaml"
};
static const unsigned char file18[] = {
#embed "../../../reports/time-spent.yaml"
};
static const unsigned char file19[] = {
#embed "../../../reports/top-categories.yaml"
};
static const unsigned char file20[] = {
#embed "../../../reports/top-clients.yaml"
};
static const unsigned char file21[] = {
#embed "../../../reports/top-sites.yaml"
};
static const unsigned char file22[] = {
#embed "../../../web/admin/category.mustache"
};
static const unsigned char file23[] = {
#embed "../../../web/admin/client.mustache"
};
static const unsigned char file24[] = {
#embed "../../../web/admin/clients.mustache"
};
static const unsigned char file25[] = {
#embed "../../../web/admin/connect.mustache"
};
static const unsigned char file26[] = {
#embed "../../../web/admin/error.mustache"
};
static const unsigned char file27[] = {
#embed "../../../web/admin/filter.mustache"
};
static const unsigned char file28[] = {
#embed "../../../web/admin/group.mustache"
};
static const unsigned char file29[] = {
#embed "../../../web/admin/import.mustache"
};
static const unsigned char file30[] = {
#embed "../../../web/admin/layout.mustache"
};
static const unsigned char file31[] = {
#embed "../../../web/admin/list-changes.mustache"
};
static const unsigned char file32[] = {
#embed "../../../web/admin/list.mustache"
};
static const unsigned char file33[] = {
#embed "../../../web/admin/lists.mustache"
};
static const unsigned char file34[] = {
#embed "../../../web/admin/live.mustache"
};
static const unsigned char file35[] = {
#embed "../../../web/admin/messages.de.json"
};
static const unsigned char file36[] = {
#embed "../../../web/admin/messages.en.json"
};
static const unsigned char file37[] = {
#embed "../../../web/admin/mine.mustache"
};
static const unsigned char file38[] = {
#embed "../../../web/admin/overlap.mustache"
};
static const unsigned char file39[] = {
#embed "../../../web/admin/overview.mustache"
};
static const unsigned char file40[] = {
#embed "../../../web/admin/password-form.mustache"
};
static const unsigned char file41[] = {
#embed "../../../web/admin/person.mustache"
};
static const unsigned char file42[] = {
#embed "../../../web/admin/policy-text.mustache"
};
static const unsigned char file43[] = {
#embed "../../../web/admin/policy.mustache"
};
static const unsigned char file44[] = {
#embed "../../../web/admin/rehearsal.mustache"
};
static const unsigned char file45[] = {
#embed "../../../web/admin/report.mustache"
};
static const unsigned char file46[] = {
#embed "../../../web/admin/reports.mustache"
};
static const unsigned char file47[] = {
#embed "../../../web/admin/requests.mustache"
};
static const unsigned char file48[] = {
#embed "../../../web/admin/revision.mustache"
};
static const unsigned char file49[] = {
#embed "../../../web/admin/revisions.mustache"
};
static const unsigned char file50[] = {
#embed "../../../web/admin/schedule.mustache"
};
static const unsigned char file51[] = {
#embed "../../../web/admin/set-up.mustache"
};
static const unsigned char file52[] = {
#embed "../../../web/admin/settings.mustache"
};
static const unsigned char file53[] = {
#embed "../../../web/admin/sign-in.mustache"
};
static const unsigned char file54[] = {
#embed "../../../web/admin/visit-rows.mustache"
};
static const unsigned char file55[] = {
#embed "../../../web/admin/visits.mustache"
};
static const unsigned char file56[] = {
#embed "../../../web/admin/why.mustache"
};
static const unsigned char file57[] = {
#embed "../../../web/proxy/actions.html"
};
static const unsigned char file58[] = {
#embed "../../../web/proxy/bar.html"
};
static const unsigned char file59[] = {
#embed "../../../web/proxy/block.html"
};
static const unsigned char file60[] = {
#embed "../../../web/proxy/budgets.html"
};
static const unsigned char file61[] = {
#embed "../../../web/proxy/failure.html"
};
static const unsigned char file62[] = {
#embed "../../../web/proxy/head.html"
};
static const unsigned char file63[] = {
#embed "../../../web/proxy/messages.de.txt"
};
static const unsigned char file64[] = {
#embed "../../../web/proxy/messages.en.txt"
};
static const unsigned char file65[] = {
#embed "../../../web/proxy/mine.html"
};
static const unsigned char file66[] = {
#embed "../../../web/proxy/notice.html"
};
static const unsigned char file67[] = {
#embed "../../../web/proxy/portal.html"
};
static const unsigned char file68[] = {
#embed "../../../web/proxy/style.css"
};
static const unsigned char file69[] = {
#embed "../../../web/static/icon.svg"
};
static const unsigned char file70[] = {
#embed "../../../web/static/weir.css"
};
static const unsigned char file71[] = {
#embed "../../../web/static/weir.js"
};

static const struct weir_asset assets[] = {
    {"policies/home.yaml", file0, sizeof file0},
    {"policies/isp.yaml", file1, sizeof file1},
    {"policies/policy.schema.json", file2, sizeof file2},
    {"policies/school.yaml", file3, sizeof file3},
    {"reports/bandwidth.yaml", file4, sizeof file4},
    {"reports/blocked-sites.yaml", file5, sizeof file5},
    {"reports/blocked.yaml", file6, sizeof file6},
    {"reports/budgets.yaml", file7, sizeof file7},
    {"reports/client-day.yaml", file8, sizeof file8},
    {"reports/comparison.yaml", file9, sizeof file9},
    {"reports/coverage.yaml", file10, sizeof file10},
    {"reports/dead-rules.yaml", file11, sizeof file11},
    {"reports/first-seen.yaml", file12, sizeof file12},
    {"reports/heat-map.yaml", file13, sizeof file13},
    {"reports/list-hits.yaml", file14, sizeof file14},
    {"reports/overview.yaml", file15, sizeof file15},
    {"reports/rule-hits.yaml", file16, sizeof file16},
    {"reports/rules.yaml", file17, sizeof file17},
    {"reports/time-spent.yaml", file18, sizeof file18},
    {"reports/top-categories.yaml", file19, sizeof file19},
    {"reports/top-clients.yaml", file20, sizeof file20},
    {"reports/top-sites.yaml", file21, sizeof file21},
    {"web/admin/category.mustache", file22, sizeof file22},
    {"web/admin/client.mustache", file23, sizeof file23},
    {"web/admin/clients.mustache", file24, sizeof file24},
    {"web/admin/connect.mustache", file25, sizeof file25},
    {"web/admin/error.mustache", file26, sizeof file26},
    {"web/admin/filter.mustache", file27, sizeof file27},
    {"web/admin/group.mustache", file28, sizeof file28},
    {"web/admin/import.mustache", file29, sizeof file29},
    {"web/admin/layout.mustache", file30, sizeof file30},
    {"web/admin/list-changes.mustache", file31, sizeof file31},
    {"web/admin/list.mustache", file32, sizeof file32},
    {"web/admin/lists.mustache", file33, sizeof file33},
    {"web/admin/live.mustache", file34, sizeof file34},
    {"web/admin/messages.de.json", file35, sizeof file35},
    {"web/admin/messages.en.json", file36, sizeof file36},
    {"web/admin/mine.mustache", file37, sizeof file37},
    {"web/admin/overlap.mustache", file38, sizeof file38},
    {"web/admin/overview.mustache", file39, sizeof file39},
    {"web/admin/password-form.mustache", file40, sizeof file40},
    {"web/admin/person.mustache", file41, sizeof file41},
    {"web/admin/policy-text.mustache", file42, sizeof file42},
    {"web/admin/policy.mustache", file43, sizeof file43},
    {"web/admin/rehearsal.mustache", file44, sizeof file44},
    {"web/admin/report.mustache", file45, sizeof file45},
    {"web/admin/reports.mustache", file46, sizeof file46},
    {"web/admin/requests.mustache", file47, sizeof file47},
    {"web/admin/revision.mustache", file48, sizeof file48},
    {"web/admin/revisions.mustache", file49, sizeof file49},
    {"web/admin/schedule.mustache", file50, sizeof file50},
    {"web/admin/set-up.mustache", file51, sizeof file51},
    {"web/admin/settings.mustache", file52, sizeof file52},
    {"web/admin/sign-in.mustache", file53, sizeof file53},
    {"web/admin/visit-rows.mustache", file54, sizeof file54},
    {"web/admin/visits.mustache", file55, sizeof file55},
    {"web/admin/why.mustache", file56, sizeof file56},
    {"web/proxy/actions.html", file57, sizeof file57},
    {"web/proxy/bar.html", file58, sizeof file58},
    {"web/proxy/block.html", file59, sizeof file59},
    {"web/proxy/budgets.html", file60, sizeof file60},
    {"web/proxy/failure.html", file61, sizeof file61},
    {"web/proxy/head.html", file62, sizeof file62},
    {"web/proxy/messages.de.txt", file63, sizeof file63},
    {"web/proxy/messages.en.txt", file64, sizeof file64},
    {"web/proxy/mine.html", file65, sizeof file65},
    {"web/proxy/notice.html", file66, sizeof file66},
    {"web/proxy/portal.html", file67, sizeof file67},
    {"web/proxy/style.css", file68, sizeof file68},
    {"web/static/icon.svg", file69, sizeof file69},
    {"web/static/weir.css", file70, sizeof file70},
    {"web/static/weir.js", file71, sizeof file71},
    {0, 0, 0},
};

const struct weir_asset *weir_asset_at(size_t number) {
    const size_t last = sizeof assets / sizeof assets[0] - 1;
    return &assets[number < last ? number : last];
}
