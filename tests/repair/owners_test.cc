#include "repair/packages/owners.h"

#include <gtest/gtest.h>

#include <deque>

#include "rpm_builder.h"

namespace elfwheel::repair {
namespace {

using namespace std::string_literals;
using test::build_rpm_header;
using test::RpmSpec;

// A system in memory with Debian's name.
class System {
 public:
  System() { add("/etc/os-release", "NAME=\"Debian GNU/Linux\"\nID=debian\nVERSION_ID=\"12\"\n"); }
  void add(const std::string& path, const std::string& content) {
    contents_.push_back(content);
    files_->add_file(path, Bytes(std::string_view(contents_.back())));
  }
  void link(const std::string& path, const std::string& target) {
    files_->add_symlink(path, target);
  }
  // A merged /usr: /lib is a link.
  void merge() {
    add("/usr/lib/os-release", "");
    link("/lib", "usr/lib");
  }
  void add_dpkg(const std::string& status) { add("/var/lib/dpkg/status", status); }
  void add_list(const std::string& name, const std::string& paths) {
    add("/var/lib/dpkg/info/" + name + ".list", paths);
  }
  Owners owners(const std::vector<std::string>& paths) const { return find_owners(paths, *files_); }
  // "NAME VERSION", or "nobody".
  std::string owner(const std::string& path) const {
    const auto package = owners({path}).packages.at(0);
    return package ? package->name + " " + package->version : "nobody";
  }
  std::string purl(const std::string& path) const { return owners({path}).packages.at(0)->purl; }

 private:
  std::unique_ptr<MemoryFileSystem> files_ = make_memory_file_system();
  std::deque<std::string> contents_;
};

std::string paragraph(const std::string& name, const std::string& more = "") {
  return "Package: " + name + "\nStatus: install ok installed\n" + more +
         "Architecture: amd64\nVersion: 1:2.0-1+deb12u1~x\nDescription: a\n Version: 9\n\n";
}

TEST(DpkgOwners, AreNamedWithVersionAndPackageUrl) {
  System system;
  system.add_dpkg(paragraph("bash") + paragraph("libx1", "Source: xlib\n"));
  system.add_list("bash", "/.\n/bin/bash\n");
  system.add_list("libx1", "/usr\n/usr/lib\n/usr/lib/libx.so.1\n");
  EXPECT_EQ(system.owner("/usr/lib/libx.so.1"), "libx1 1:2.0-1+deb12u1~x");
  EXPECT_EQ(system.purl("/usr/lib/libx.so.1"),
            "pkg:deb/debian/libx1@1:2.0-1%2Bdeb12u1~x?arch=amd64&distro=debian-12&upstream=xlib");
  EXPECT_EQ(system.owner("/usr/lib/libx.so"), "nobody");
  EXPECT_EQ(system.owner("/usr/lib/libx.so.12"), "nobody");
}

TEST(DpkgOwners, HaveTheVersionOfTheirSourceInThePackageUrlWhereItDiffers) {
  System system;
  system.add_dpkg(paragraph("libx1", "Source: x (1.9)\n"));
  system.add_list("libx1", "/usr/lib/libx.so.1\n");
  EXPECT_NE(system.purl("/usr/lib/libx.so.1").find("&upstream=x%401.9"), std::string::npos);
}

TEST(DpkgOwners, ListsMayLackTheLastLineEnd) {
  System system;
  system.add_dpkg(paragraph("libx1"));
  system.add_list("libx1", "/usr/lib/libx.so.1");
  EXPECT_EQ(system.owner("/usr/lib/libx.so.1"), "libx1 1:2.0-1+deb12u1~x");
}

TEST(DpkgOwners, OfAMergedSystemMayListTheOldPlace) {
  System system;
  system.merge();
  system.add_dpkg(paragraph("liba") + paragraph("libb"));
  system.add_list("liba", "/lib/x86_64-linux-gnu/liba.so\n");
  system.add_list("libb", "/usr/lib/x86_64-linux-gnu/libb.so\n");
  EXPECT_EQ(system.owner("/usr/lib/x86_64-linux-gnu/liba.so"), "liba 1:2.0-1+deb12u1~x");
  EXPECT_EQ(system.owner("/usr/lib/x86_64-linux-gnu/libb.so"), "libb 1:2.0-1+deb12u1~x");
}

TEST(DpkgOwners, OfASystemThatIsMergedTheOtherWayMayListTheNewPlace) {
  System system;
  system.add("/lib/libother.so", "");
  system.link("/usr", ".");
  system.add_dpkg(paragraph("liba"));
  system.add_list("liba", "/usr/lib/liba.so\n");
  EXPECT_EQ(system.owner("/lib/liba.so"), "liba 1:2.0-1+deb12u1~x");
}

TEST(DpkgOwners, OfASystemThatIsNotMergedHaveTheirFilesWhereTheySay) {
  System system;
  system.add("/lib/libother.so", "");
  system.add("/usr/lib/libother.so", "");
  system.add_dpkg(paragraph("liba"));
  system.add_list("liba", "/lib/liba.so\n");
  EXPECT_EQ(system.owner("/lib/liba.so"), "liba 1:2.0-1+deb12u1~x");
  EXPECT_EQ(system.owner("/usr/lib/liba.so"), "nobody");
}

TEST(DpkgOwners, OfSeveralArchitecturesHaveItInTheirListsName) {
  System system;
  std::string other = paragraph("libx1", "Multi-Arch: same\n");
  other.replace(other.find("amd64"), 5, "i386");
  system.add_dpkg(other + paragraph("libx1", "Multi-Arch: same\n"));
  system.add_list("libx1:i386", "/usr/lib/i386-linux-gnu/libx.so.1\n");
  system.add_list("libx1:amd64", "/usr/lib/x86_64-linux-gnu/libx.so.1\n");
  EXPECT_NE(system.purl("/usr/lib/x86_64-linux-gnu/libx.so.1").find("arch=amd64"),
            std::string::npos);
  EXPECT_NE(system.purl("/usr/lib/i386-linux-gnu/libx.so.1").find("arch=i386"), std::string::npos);
}

TEST(DpkgOwners, OfDivertedFilesAreThoseThatWantedThemElsewhere) {
  System system;
  system.merge();
  system.add_dpkg(paragraph("mesa") + paragraph("nvidia"));
  system.add_list("mesa", "/usr/lib/libGL.so.1\n");
  system.add_list("nvidia", "/usr/lib/libGL.so.1\n");
  system.add("/var/lib/dpkg/diversions", "/usr/lib/libGL.so.1\n/usr/lib/mesa/libGL.so.1\nnvidia\n");
  EXPECT_EQ(system.owner("/usr/lib/libGL.so.1"), "nvidia 1:2.0-1+deb12u1~x");
  EXPECT_EQ(system.owner("/usr/lib/mesa/libGL.so.1"), "mesa 1:2.0-1+deb12u1~x");
  const Owners both = system.owners({"/usr/lib/mesa/libGL.so.1", "/usr/lib/libGL.so.1"});
  EXPECT_EQ(both.packages[0]->name, "mesa");
  EXPECT_EQ(both.packages[1]->name, "nvidia");
}

TEST(DpkgOwners, DoNotHaveWhatTheAdministratorPutInTheirFilesPlace) {
  System system;
  system.add_dpkg(paragraph("libx1"));
  system.add_list("libx1", "/usr/lib/libx.so.1\n");
  system.add("/var/lib/dpkg/diversions",
             "/usr/lib/libx.so.1\n/usr/lib/libx.so.1.distrib\n:\ncut short");
  EXPECT_EQ(system.owner("/usr/lib/libx.so.1"), "nobody");
  EXPECT_EQ(system.owner("/usr/lib/libx.so.1.distrib"), "libx1 1:2.0-1+deb12u1~x");
}

TEST(DpkgOwners, AreInstalledPackagesAlone) {
  System system;
  std::string removed = paragraph("libx1");
  removed.replace(removed.find("install ok installed"), 20, "deinstall ok config-files");
  system.add_dpkg(removed);
  system.add_list("libx1", "/usr/lib/libx.so.1\n");
  EXPECT_EQ(system.owner("/usr/lib/libx.so.1"), "nobody");
}

TEST(DpkgOwners, ComeFromWhatIsWholeInADamagedDatabase) {
  System system;
  system.add_dpkg("\0\xff: no field\n\n"s + "Package: ../../etc\nVersion: 1\n\n" +
                  "Package: nolist\nStatus: install ok installed\nVersion: 1\n\n" +
                  "Package: noversion\nStatus: install ok installed\n\n" + paragraph("libx1"));
  system.add_list("libx1", "\xff\0\n\n/usr/lib/libx.so.1\n"s);
  system.add_list("noversion", "/usr/lib/libx.so.1\n");
  const Owners owners = system.owners({"/usr/lib/libx.so.1"});
  EXPECT_EQ(owners.packages[0]->name, "libx1");
  EXPECT_TRUE(owners.notes.empty());
}

TEST(DpkgOwners, AreFoundInListsOfAMillionPaths) {
  System system;
  std::string many;
  for (int i = 0; i < 1'000'000; ++i) many += "/usr/lib/many/lib" + std::to_string(i) + ".so\n";
  system.add_dpkg(paragraph("many"));
  system.add_list("many", many);
  EXPECT_EQ(system.owner("/usr/lib/many/lib999999.so"), "many 1:2.0-1+deb12u1~x");
}

TEST(ApkOwners, AreNamedWithVersionAndPackageUrl) {
  System system;
  system.add("/etc/os-release", "ID=alpine\nVERSION_ID=3.20.3\n");
  system.add("/lib/apk/db/installed",
             "C:Q1\nP:musl\nV:1.2.5-r0\nA:x86_64\no:musl\nF:lib\nR:libc.so\na:0:0:755\n\n"
             "P:libgomp\nV:13.2.1_git20240309-r0\nA:x86_64\no:gcc\nF:usr\nF:usr/lib\n"
             "R:libgomp.so.1.0.0\nR:libgomp.so.1\nF:usr/share\nR:libc.so\n\n");
  EXPECT_EQ(system.owner("/lib/libc.so"), "musl 1.2.5-r0");
  EXPECT_EQ(system.purl("/lib/libc.so"),
            "pkg:apk/alpine/musl@1.2.5-r0?arch=x86_64&distro=alpine-3.20.3");
  EXPECT_EQ(system.purl("/usr/lib/libgomp.so.1.0.0"),
            "pkg:apk/alpine/libgomp@13.2.1_git20240309-r0?arch=x86_64&distro=alpine-3.20.3&"
            "upstream=gcc");
  EXPECT_EQ(system.owner("/usr/lib/libc.so"), "nobody");
}

TEST(ApkOwners, OfAMergedSystemAreInItsNewDatabase) {
  System system;
  system.merge();
  system.add("/usr/lib/apk/db/installed", "P:a\nV:1-r0\nF:lib\nR:liba.so\n");
  EXPECT_EQ(system.owner("/usr/lib/liba.so"), "a 1-r0");
}

TEST(ApkOwners, ComeFromWhatIsWholeInADamagedDatabase) {
  System system;
  system.add("/lib/apk/db/installed",
             "R:early\n\0\nF\n:\nF:usr/lib\nR:liba.so\n\nP:a\nV:1-r0\nF:usr/lib\nR:liba.so"s);
  EXPECT_EQ(system.owner("/usr/lib/liba.so"), "a 1-r0");
}

struct RpmContainer {
  const char* path;
  std::string (*build)(const std::string& header);
};

class RpmOwners : public testing::TestWithParam<RpmContainer> {
 protected:
  // Large enough for several pages.
  static RpmSpec package() {
    RpmSpec spec{.name = "libx", .version = "1.2", .release = "3.el9", .files = {}};
    for (int i = 0; i < 40; ++i) spec.files.push_back({"/usr/share/", "file" + std::to_string(i)});
    spec.files.push_back({"/usr/lib64/", "libx.so.1"});
    spec.files.push_back({"/usr/lib64/", "libreplaced.so", 1});
    return spec;
  }
};

TEST_P(RpmOwners, AreFound) {
  System system;
  system.add("/etc/os-release", "ID='rocky'\nVERSION_ID=9\n");
  system.add(GetParam().path, GetParam().build(build_rpm_header(package())));
  EXPECT_EQ(system.owner("/usr/lib64/libx.so.1"), "libx 1.2-3.el9");
  EXPECT_EQ(system.purl("/usr/lib64/libx.so.1"),
            "pkg:rpm/rocky/libx@1.2-3.el9?arch=x86_64&distro=rocky-9");
  EXPECT_EQ(system.owner("/usr/lib64/libreplaced.so"), "nobody");
  EXPECT_EQ(system.owner("/usr/lib64/libx.so.2"), "nobody");
}

// Whatever a byte is, the answer is an owner, nobody, or a note; never a crash or an endless walk.
TEST_P(RpmOwners, OfDamagedDatabasesAreAnAnswerOrANote) {
  const std::string whole = GetParam().build(build_rpm_header(package()));
  size_t lost = 0;
  for (size_t at = 0; at < whole.size(); ++at) {
    for (const char byte : {'\x01', '\xff'}) {
      System system;
      std::string damaged = whole;
      damaged[at] = byte;
      system.add(GetParam().path, damaged);
      const Owners owners = system.owners({"/usr/lib64/libx.so.1"});
      for (const std::string& note : owners.notes)
        EXPECT_EQ(note.find("packages of copied libraries: " + std::string(GetParam().path)), 0U);
      lost += owners.packages.at(0) ? 0 : 1;
    }
  }
  EXPECT_GT(lost, 0U);
}

TEST_P(RpmOwners, OfDatabasesCutShortAreAnAnswerOrANote) {
  const std::string whole = GetParam().build(build_rpm_header(package()));
  for (size_t size = 1; size < whole.size() - 64; size += 13) {
    System system;
    system.add(GetParam().path, whole.substr(0, size));
    const Owners owners = system.owners({"/usr/lib64/libx.so.1"});
    EXPECT_TRUE(owners.packages.at(0) || !owners.notes.empty()) << size;
  }
}

TEST(NdbOwners, OfRecordsThatShareTheirBytesAreANote) {
  RpmSpec spec{.name = "other", .files = {{"/usr/share/", std::string(3000, 'x')}}};
  std::string database = test::build_ndb(build_rpm_header(spec));
  for (size_t slot = 3; slot < 10; ++slot)
    database.replace(slot * 16, 16, database.substr(2 * 16, 16));
  System system;
  system.add("/var/lib/rpm/Packages.db", database);
  EXPECT_EQ(system.owners({"/usr/lib64/libx.so.1"}).notes,
            std::vector<std::string>{"packages of copied libraries: /var/lib/rpm/Packages.db: its "
                                     "records are larger than the whole of it"});
}

INSTANTIATE_TEST_SUITE_P(
    Containers, RpmOwners,
    testing::Values(RpmContainer{"/var/lib/rpm/rpmdb.sqlite", test::build_sqlite},
                    RpmContainer{"/usr/lib/sysimage/rpm/Packages.db", test::build_ndb},
                    RpmContainer{"/var/lib/rpm/Packages", test::build_bdb}),
    [](const auto& each) {
      return std::string(each.index == 0 ? "Sqlite" : each.index == 1 ? "Ndb" : "Bdb");
    });

TEST(Owners, OfDebianGoBeforeThoseOfAnEmptyRpmDatabase) {
  System system;
  system.add_dpkg(paragraph("libx1"));
  system.add_list("libx1", "/usr/lib/libx.so.1\n");
  system.add("/var/lib/rpm/Packages", "");
  const Owners owners = system.owners({"/usr/lib/libx.so.1", "/opt/liby.so"});
  EXPECT_EQ(owners.packages[0]->name, "libx1");
  EXPECT_FALSE(owners.packages[1]);
  EXPECT_TRUE(owners.notes.empty());
}

TEST(Owners, OfASystemWithoutAnyDatabaseAreNobody) {
  System system;
  EXPECT_EQ(system.owner("/usr/lib/libx.so.1"), "nobody");
}

TEST(Owners, OfASystemWithoutANameAreOfLinux) {
  System system;
  system.add("/etc/os-release", "");
  system.add("/lib/apk/db/installed", "P:a\nV:1\nF:lib\nR:liba.so\n");
  EXPECT_EQ(system.purl("/lib/liba.so"), "pkg:apk/linux/a@1?distro=linux");
}

}  // namespace
}  // namespace elfwheel::repair
