#include "base/crypto.hpp"
#include "base/signed_text.hpp"

#include <gtest/gtest.h>

namespace bgerp {
namespace {

TEST(SignedText, OpensWithItsKeyForItsScopeAlone) {
    const std::string text("any\0bytes\xff", 10);
    const std::string sealed = sign_text(text, "acme", "key");
    EXPECT_EQ(sealed.find_first_not_of("0123456789abcdef"), std::string::npos);
    EXPECT_EQ(open_signed_text(sealed, "acme", "key"), text);
    EXPECT_FALSE(open_signed_text(sealed, "zenith", "key"));
    EXPECT_FALSE(open_signed_text(sealed, "acme", "other"));
}

TEST(SignedText, AnyChangeIsNoticed) {
    const std::string sealed = sign_text("0", "s", "k");
    for (std::size_t i = 0; i < sealed.size(); ++i) {
        std::string changed = sealed;
        changed[i] = changed[i] == '0' ? '1' : '0';
        EXPECT_FALSE(open_signed_text(changed, "s", "k")) << i;
    }
    for (const std::string& wrong :
         {std::string(), std::string("x"), sealed + "0", sealed + "zz", sealed + "00"}) {
        EXPECT_FALSE(open_signed_text(wrong, "s", "k")) << wrong;
    }
}

TEST(Base64, IsReadAndTheHmacIsWrittenInIt) {
    EXPECT_EQ(from_base64("c2VjcmV0"), "secret");
    EXPECT_EQ(from_base64(""), "");
    EXPECT_FALSE(from_base64("c2Vj!"));
    // RFC 4231, test case 2.
    EXPECT_EQ(
        hmac_sha256_base64("Jefe", "what do ya want for nothing?"),
        "W9zBRr9gdU5qBCQmCJV1x1oAPwidJzmDnexYuWTsOEM="
    );
}

} // namespace
} // namespace bgerp
