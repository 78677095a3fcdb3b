/* Looking up embedded files by name and by folder; and values, which compare by type first. */
#include "cmocka_first.h"

#include "base/asset.h"
#include "base/value.h"

static const struct asset assets[] = {
    {.name = "frameworks/csf.json"}, {.name = "frameworks/iso27001-2022.json"},
    {.name = "frameworks2"},         {.name = "labels/de.json"},
    {.name = "ui/assets/index.js"},  {.name = "ui/index.html"},
};

static void each_is_found_by_its_name(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(assets); i++)
        assert_ptr_equal(asset_find(assets, COUNT(assets), str_of(assets[i].name)), &assets[i]);
}

static void what_is_not_there_is_not_found(void **state)
{
    (void)state;
    static const char *const names[] = {"",     "a",  "frameworks", "frameworks/", "labels/de.jso", "labels/de.json2",
                                        "ui/z", "zzz"};
    for (size_t i = 0; i < COUNT(names); i++) assert_null(asset_find(assets, COUNT(assets), str_of(names[i])));
    assert_null(asset_find(assets, 0, S("ui/index.html")));
    assert_null(asset_find(assets, COUNT(assets), S("ui/index.html\0")));
}

static void a_folder_is_a_run(void **state)
{
    (void)state;
    size_t count = 99;
    assert_ptr_equal(asset_below(assets, COUNT(assets), S("frameworks/"), &count), &assets[0]);
    assert_int_equal(count, 2);
    assert_ptr_equal(asset_below(assets, COUNT(assets), S("ui/"), &count), &assets[4]);
    assert_int_equal(count, 2);
    assert_ptr_equal(asset_below(assets, COUNT(assets), S(""), &count), assets);
    assert_int_equal(count, COUNT(assets));
    assert_null(asset_below(assets, COUNT(assets), S("threats/"), &count));
    assert_int_equal(count, 0);
    assert_null(asset_below(assets, COUNT(assets), S("zzz"), &count));
    assert_null(asset_below(assets, 0, S(""), &count));
}

static void values_compare_by_type_and_content(void **state)
{
    (void)state;
    const struct value values[] = {value_null(),          value_number(0),        value_number(1),
                                   value_decimal(0),      value_decimal(1.5),     value_text(S("")),
                                   value_text(S("a")),    value_bytes(S("a")),    value_bytes(S("")),
                                   value_text(S("a\0b")), value_number(INT64_MIN)};
    for (size_t i = 0; i < COUNT(values); i++)
        for (size_t k = 0; k < COUNT(values); k++) assert_int_equal(value_eq(values[i], values[k]), i == k);
    assert_true(value_eq(value_id(0), value_null()));
    assert_true(value_eq(value_id(7), value_number(7)));
    assert_true(value_eq(value_optional(S("")), value_null()));
    assert_true(value_eq(value_optional(S("x")), value_text(S("x"))));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_is_found_by_its_name),
        cmocka_unit_test(what_is_not_there_is_not_found),
        cmocka_unit_test(a_folder_is_a_run),
        cmocka_unit_test(values_compare_by_type_and_content),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
