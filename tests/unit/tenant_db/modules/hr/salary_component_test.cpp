#include "tenant_db/modules/hr/salary_component.hpp"

#include <gtest/gtest.h>

namespace bgerp::hr {
namespace {

std::string refused_field(std::string_view text) {
    const auto components = components_from_json(value_or_throw(parse_json(text)));
    return components ? "none" : components.error().field;
}

std::string with(std::string_view component) {
    return R"([{"code":"pension","side":"employee","kind":"percent_of_gross","rate":"5"},)" +
           std::string(component) + "]";
}

TEST(SalaryComponents, ComeBackFromJsonAsTheyWere) {
    const SalaryComponents components = default_components();
    const Json json = components_to_json(components);
    EXPECT_EQ(value_or_throw(components_from_json(json)), components);
    EXPECT_EQ(
        value_or_throw(components_from_json(value_or_throw(parse_json(to_text(json))))),
        components
    );
    EXPECT_EQ(
        to_text(json.at(1)),
        R"({"cap":"14050","code":"social_security","kind":"percent_of_gross_capped","rate":"6.2","side":"employee"})"
    );
    EXPECT_EQ(value_or_throw(components_from_json(Json::array())), SalaryComponents());
}

TEST(SalaryComponents, AreRefusedWithThePathOfWhatIsWrong) {
    EXPECT_EQ(refused_field("{}"), "components");
    EXPECT_EQ(refused_field("[1]"), "components[0]");
    EXPECT_EQ(refused_field(with(R"({"side":"employee"})")), "components[1].code");
    EXPECT_EQ(
        refused_field(
            with(R"({"code":"pension","side":"employee","kind":"percent_of_gross","rate":"1"})")
        ),
        "components[1].code"
    );
    EXPECT_EQ(
        refused_field(
            with(R"({"code":"Dues","side":"employee","kind":"percent_of_gross","rate":"1"})")
        ),
        "components[1].code"
    );
    EXPECT_EQ(
        refused_field(with(R"({"code":"a","side":"state","kind":"percent_of_gross","rate":"1"})")),
        "components[1].side"
    );
    EXPECT_EQ(
        refused_field(with(R"({"code":"a","side":"employer","kind":"fixed","rate":"1"})")),
        "components[1].kind"
    );
    for (const char* rate : {"\"101\"", "\"-1\"", "\"x\"", "5", "null"}) {
        EXPECT_EQ(
            refused_field(with(
                R"({"code":"a","side":"employer","kind":"percent_of_gross","rate":)" +
                std::string(rate) + "}"
            )),
            "components[1].rate"
        );
    }
    EXPECT_EQ(
        refused_field(
            with(R"({"code":"a","side":"employee","kind":"percent_of_gross","rate":"1","cap":"5"})")
        ),
        "components[1].cap"
    );
    EXPECT_EQ(
        refused_field(
            with(R"({"code":"a","side":"employee","kind":"percent_of_gross_capped","rate":"1"})")
        ),
        "components[1].cap"
    );
}

TEST(SalaryComponents, RefuseSlabsThatDontRise) {
    const auto slabs = [](std::string_view less, std::string_view list) {
        return refused_field(with(
            R"({"code":"tax","side":"employee","kind":"slab_tax","less":[)" + std::string(less) +
            R"(],"slabs":[)" + std::string(list) + "]}"
        ));
    };
    EXPECT_EQ(slabs(R"("pension")", R"({"up_to":"10","rate":"0"},{"rate":"9.5"})"), "none");
    EXPECT_EQ(slabs("", R"({"rate":"9.5"})"), "none");
    EXPECT_EQ(slabs(R"("tax")", R"({"rate":"1"})"), "components[1].less");
    EXPECT_EQ(slabs("1", R"({"rate":"1"})"), "components[1].less");
    EXPECT_EQ(slabs("", ""), "components[1].slabs");
    EXPECT_EQ(slabs("", R"({"up_to":"10","rate":"0"})"), "components[1].slabs[0].up_to");
    EXPECT_EQ(slabs("", R"({"rate":"0"},{"rate":"1"})"), "components[1].slabs[0].up_to");
    EXPECT_EQ(
        slabs("", R"({"up_to":"10","rate":"0"},{"up_to":"10","rate":"1"},{"rate":"1"})"),
        "components[1].slabs[1].up_to"
    );
    EXPECT_EQ(
        slabs("", R"({"up_to":"0","rate":"0"},{"rate":"1"})"),
        "components[1].slabs[0].up_to"
    );
    EXPECT_EQ(slabs("", R"({"rate":"0","from":"1"})"), "components[1].slabs[0].from");
}

} // namespace
} // namespace bgerp::hr
