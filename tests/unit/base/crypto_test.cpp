#include "base/crypto.hpp"
#include "base/error.hpp"

#include <gtest/gtest.h>

namespace bgerp {
namespace {

TEST(Crypto, Sha256KnowsTheStandardsExample) { // FIPS 180-2, appendix B.1
    EXPECT_EQ(
        sha256_hex("abc"),
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    );
}

TEST(Crypto, Sha256OfPiecesIsThatOfTheWhole) {
    Sha256 pieces;
    pieces.add("a");
    pieces.add("");
    pieces.add("bc");
    EXPECT_EQ(pieces.finish_hex(), sha256_hex("abc"));
}

TEST(Crypto, HmacKnowsTheStandardsExample) { // RFC 4231, test case 2
    EXPECT_EQ(
        hmac_sha256_hex("Jefe", "what do ya want for nothing?"),
        "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
    );
}

TEST(Crypto, APasswordVerifiesAgainstItsHashAlone) {
    const std::string hash = hash_password("correct horse");
    EXPECT_EQ(hash.rfind("$argon2id$", 0), 0U);
    EXPECT_TRUE(verify_password(hash, "correct horse"));
    EXPECT_FALSE(verify_password(hash, "battery staple"));
    EXPECT_FALSE(verify_password("no hash", "correct horse"));
}

TEST(Crypto, ConstantTimeComparisonComparesWholeTexts) {
    EXPECT_TRUE(equal_constant_time("abc", "abc"));
    EXPECT_FALSE(equal_constant_time("abc", "abd"));
    EXPECT_FALSE(equal_constant_time("abc", "abcd"));
}

TEST(Crypto, Q9_SealedTextOpensUnderItsKeyAndContextAlone) {
    const std::string key(64, 'a');
    const std::string sealed = seal_text(key, "secret", "context");
    EXPECT_NE(sealed, seal_text(key, "secret", "context")); // a nonce each
    EXPECT_EQ(sealed.find("secret"), std::string::npos);
    EXPECT_EQ(open_text(key, sealed, "context"), "secret");
    EXPECT_EQ(open_text(std::string(64, 'b'), sealed, "context"), std::nullopt);
    EXPECT_EQ(open_text(key, sealed, "another"), std::nullopt);
    std::string changed = sealed;
    changed[40] = changed[40] == 'A' ? 'B' : 'A';
    EXPECT_EQ(open_text(key, changed, "context"), std::nullopt);
    EXPECT_EQ(open_text(key, sealed.substr(0, 20), "context"), std::nullopt);
    EXPECT_EQ(open_text(key, "not base64!", "context"), std::nullopt);
    EXPECT_EQ(open_text(key, seal_text(key, "", ""), ""), "");
    EXPECT_THROW(static_cast<void>(seal_text("short", "secret", "")), Failure);
}

} // namespace
} // namespace bgerp
