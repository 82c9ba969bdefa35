#include "elfwheel/report/symbols.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace elfwheel::report {
namespace {

SymbolLine defined_function() {
  SymbolLine line;
  line.name = "_Z3fooi";
  line.version = "TVM_1";
  line.is_default = true;
  line.defined = true;
  line.letter = 'T';
  line.type = elf::STT_FUNC;
  line.binding = elf::STB_GLOBAL;
  line.value = 0x1139;
  line.address = 0x1138;
  line.size = 56;
  return line;
}

SymbolLine needed_function() {
  SymbolLine line;
  line.name = "_Z3fooi";
  line.version = "TVM_1";
  line.library = "libtvm.so";
  line.letter = 'w';
  line.type = elf::STT_NOTYPE;
  line.binding = elf::STB_WEAK;
  return line;
}

SymbolSearch found_search() {
  SymbolSearch search;
  search.path = "app";
  search.wanted = "_Z3fooi";
  search.objects = 3;
  search.is_defined = true;
  search.holders = {{"app", "app", std::nullopt, "", std::nullopt, {needed_function()}, ""},
                    {"/opt/libtvm.so",
                     "/opt/libtvm.so.0.9",
                     "libtvm.so",
                     "runpath",
                     "00ff",
                     {defined_function()},
                     ""}};
  return search;
}

TEST(SymbolListText, HasTheColumnsOfNm) {
  EXPECT_EQ(render_symbol_list({"libtvm.so", true, {defined_function(), needed_function()}}),
            "0000000000001138 T _Z3fooi@@TVM_1\n"
            "                 w _Z3fooi@TVM_1\n");
}

TEST(SymbolListText, IsNarrowerForThirtyTwoBits) {
  EXPECT_EQ(render_symbol_list({"libtvm.so", false, {defined_function(), needed_function()}}),
            "00001138 T _Z3fooi@@TVM_1\n"
            "         w _Z3fooi@TVM_1\n");
}

TEST(SymbolListText, ShowsDemangledNamesWhereItHasThem) {
  SymbolLine line = defined_function();
  line.demangled = "foo(int)";
  EXPECT_EQ(render_symbol_list({"libtvm.so", true, {line}}),
            "0000000000001138 T foo(int)@@TVM_1\n");
}

TEST(SymbolListText, KeepsControlCharactersFromTheTerminal) {
  SymbolLine line = needed_function();
  line.name = "a\x1b[31m\nb";
  EXPECT_EQ(render_symbol_list({"libtvm.so", false, {line}}), "         w a\\x1b[31m\\nb@TVM_1\n");
}

TEST(SymbolListJson, HasAllKeysForEverySymbol) {
  EXPECT_EQ(symbol_list_json({"libtvm.so", true, {defined_function(), needed_function()}}).dump(),
            R"({"path":"libtvm.so","symbols":[)"
            R"({"name":"_Z3fooi","version":"TVM_1","default":true,"library":null,"defined":true,)"
            R"("letter":"T","type":"FUNC","binding":"GLOBAL","visibility":"DEFAULT",)"
            R"("value":4409,"size":56,"demangled":null},)"
            R"({"name":"_Z3fooi","version":"TVM_1","default":false,"library":"libtvm.so",)"
            R"("defined":false,"letter":"w","type":"NOTYPE","binding":"WEAK",)"
            R"("visibility":"DEFAULT","value":0,"size":0,"demangled":null}]})");
}

TEST(SymbolSearchText, TellsDefinersThenNeeders) {
  EXPECT_EQ(render_symbol_search(found_search(), {}),
            "_Z3fooi in app\n"
            "  defined by /opt/libtvm.so\n"
            "      is /opt/libtvm.so.0.9\n"
            "      soname libtvm.so, build id 00ff, found by runpath\n"
            "      T _Z3fooi@@TVM_1: global function, default version, 56 bytes at 0x1138\n"
            "  needed by app\n"
            "      w _Z3fooi@TVM_1: weak symbol without a type, version of libtvm.so\n");
}

// The words of `line` in the answer, between its name and its size.
std::string words_of(const SymbolLine& line) {
  SymbolSearch search = found_search();
  search.holders = {search.holders[1]};
  search.holders[0].symbols = {line};
  const std::string text = render_symbol_search(search, {});
  const size_t begin = text.rfind(": ") + 2;
  return text.substr(begin, text.find(", 56 bytes") - begin);
}

TEST(SymbolSearchText, SaysHowADefinitionBinds) {
  SymbolLine line = defined_function();
  EXPECT_EQ(words_of(line), "global function, default version");
  line.is_default = false;
  line.binding = elf::STB_GNU_UNIQUE;
  line.type = elf::STT_OBJECT;
  EXPECT_EQ(words_of(line), "unique object, hidden version");
  line.version.clear();
  line.binding = elf::STB_WEAK;
  line.type = elf::STT_TLS;
  EXPECT_EQ(words_of(line), "weak thread-local object (tls), no version");
  line.type = elf::STT_GNU_IFUNC;
  line.visibility = elf::STV_PROTECTED;
  EXPECT_EQ(words_of(line), "weak indirect function (ifunc), no version, protected");
}

TEST(SymbolSearchText, SaysWhatIsMissing) {
  SymbolSearch search;
  search.path = "app";
  search.wanted = "foo";
  search.objects = 3;
  search.missing = {"libgone.so"};
  EXPECT_EQ(render_symbol_search(search, {}),
            "foo in app\n"
            "  defined by none of the 3 objects that are loaded\n"
            "  libgone.so is not found, so not searched\n");
  search.objects = 1;
  search.missing = {};
  EXPECT_EQ(render_symbol_search(search, {}),
            "foo in app\n  not defined by the only object that is loaded\n");
}

TEST(SymbolSearchJson, SaysWhoHasItAndWhatIsMissing) {
  SymbolSearch search = found_search();
  search.missing = {"libgone.so"};
  search.holders[0].symbols.clear();
  search.holders[0].problem = "not an ELF file";
  const Json json = symbol_search_json(search);
  EXPECT_EQ(json["path"], "app");
  EXPECT_EQ(json["name"], "_Z3fooi");
  EXPECT_EQ(json["defined"], true);
  EXPECT_EQ(json["searched"], 3);
  EXPECT_EQ(json["missing"], Json::array({"libgone.so"}));
  EXPECT_EQ(json["objects"][0]["problem"], "not an ELF file");
  EXPECT_EQ(json["objects"][0]["found_by"], nullptr);
  EXPECT_EQ(json["objects"][1]["realpath"], "/opt/libtvm.so.0.9");
  EXPECT_EQ(json["objects"][1]["soname"], "libtvm.so");
  EXPECT_EQ(json["objects"][1]["build_id"], "00ff");
  EXPECT_EQ(json["objects"][1]["symbols"][0]["version"], "TVM_1");
  EXPECT_FALSE(json["objects"][1].contains("problem"));
}

}  // namespace
}  // namespace elfwheel::report
