"""Random libraries with symbols, versions and relocations: which definition each reference gets."""

from .case import GLIBC_LOADER, Case, Dice, Start
from .elf_writer import (
    DT_AUXILIARY, DT_FILTER, DT_NEEDED, ET_EXEC, FUNC, GLOBAL, HIDDEN, IFUNC, INTERNAL, LOCAL,
    NOTYPE, OBJECT, PROTECTED, R_64, R_COPY, R_DTPMOD64, R_DTPOFF64, R_GLOB_DAT, R_JUMP_SLOT,
    R_TLSDESC, R_TPOFF64, SHN_ABS, SHN_UNDEF, TLS, UNIQUE, WEAK, Spec, Symbol)

VERSIONS = ("V1", "V2", "V3", "W1")
CALLS = ("f0", "f1", "f2", "f3")
DATA = ("d0", "d1", "d2")
THREAD_LOCAL = ("t0", "t1")
TLS_RELOCATIONS = (R_DTPMOD64, R_DTPOFF64, R_TPOFF64, R_TLSDESC)


class Process:
    """Makes one case; the first draws set its character."""

    def __init__(self, dice):
        self.dice = dice
        self.count = 3 + dice.below(8)
        self.with_versions = dice.below(3)  # none, some, most
        self.unique = dice.one_in(3)
        self.odd = dice.one_in(3)  # visibilities, local and absolute symbols, several defaults
        self.symbolic = dice.one_in(3)
        self.filters = dice.one_in(6)
        self.specs = []

    def make(self):
        dice = self.dice
        for number in range(self.count):
            self.specs.append(Spec(soname=f"lib{number}.so", runpath="$ORIGIN"))
        for number, spec in enumerate(self.specs):
            self.add_definitions(spec)
            self.add_needs(spec, number)
        program = Spec(interp=GLIBC_LOADER, runpath="$ORIGIN")
        if dice.one_in(3):
            program.type = ET_EXEC
        if dice.below(2):
            self.add_definitions(program)
        self.add_needs(program, None)
        for spec in [*self.specs, program]:
            self.add_references(spec)
        case = Case({spec.soname: spec for spec in self.specs} | {"p": program}, ["p"])
        if dice.below(2):
            case.roots.append("lib0.so")
        self.drop_some(case)
        if dice.one_in(3):
            words = [f"@/lib{dice.below(self.count)}.so" for _ in range(1 + dice.below(2))]
            case.start = Start(preload=" ".join(words))
        return case

    def drop_some(self, case):
        """A library that is missing, as are its definitions. Not one that versions are needed of:
        a trace of ld.so 2.36 then uses a table of versions that it has not made."""
        name = f"lib{1 + self.dice.below(self.count - 1)}.so"
        specs = (spec for spec in case.files.values())
        if self.dice.one_in(8) and not any(name in spec.needed_versions for spec in specs):
            del case.files[name]

    # Needs go anywhere, in circles too.

    def add_needs(self, spec, number):
        dice = self.dice
        count = dice.below(3) if number is not None else 1 + dice.below(4)
        for _ in range(max(count, number == 0)):
            tag = DT_NEEDED
            if self.filters and number and dice.one_in(5):
                tag = dice.pick([DT_FILTER, DT_AUXILIARY])
            entry = (tag, f"lib{dice.below(self.count)}.so")
            # Filters of filters may keep ld.so 2.36 from ending.
            if tag != DT_NEEDED and entry[1] <= (spec.soname or ""):
                entry = (DT_NEEDED, entry[1])
            if entry not in spec.needs and entry[1] != spec.soname:
                spec.needs.append(entry)
        if not spec.needs:
            spec.needs.append((DT_NEEDED, f"lib{((number or 0) + 1) % self.count}.so"))

    # Definitions.

    def add_definitions(self, spec):
        dice = self.dice
        spec.hash_style = dice.pick(["gnu", "gnu", "sysv", "both"])
        if self.symbolic and dice.one_in(3):
            spec.symbolic = dice.pick(["tag", "flag"])
        if dice.below(3) < self.with_versions:
            spec.defined_versions = list(VERSIONS[dice.below(2):2 + dice.below(3)])
        for name in CALLS + DATA + THREAD_LOCAL:
            if dice.below(5) < 2:
                for symbol in self.definitions(spec, name):
                    spec.symbols.append(symbol)

    def definitions(self, spec, name):
        dice = self.dice
        if not spec.defined_versions or dice.one_in(6):
            return [self.definition(name)]
        versions = [version for version in spec.defined_versions if dice.below(3)]
        default = dice.below(len(versions) + 1)  # perhaps none
        result = []
        for place, version in enumerate(versions):
            symbol = self.definition(name)
            symbol.version = version
            symbol.hidden = place != default and not (self.odd and dice.one_in(3))
            result.append(symbol)
        dice.shuffle(result)
        return result

    def definition(self, name):
        dice = self.dice
        symbol = Symbol(name, kind=self.kind_of(name))
        if dice.one_in(4):
            symbol.binding = WEAK
        elif self.unique and name in DATA and dice.below(2):
            symbol.binding = UNIQUE
        if dice.one_in(8):
            symbol.visibility = PROTECTED
        if self.odd and dice.one_in(6):
            if dice.below(2):
                symbol.visibility = dice.pick([HIDDEN, HIDDEN, INTERNAL])
            elif name in CALLS:  # a copy from an address that is none would end the trace
                odd = dice.below(4)
                if odd == 0:
                    symbol.section = SHN_ABS
                elif odd == 1:
                    symbol.has_value = False
                elif odd == 2:
                    symbol.binding = LOCAL
                else:
                    symbol.section, symbol.has_value = SHN_ABS, False
        return symbol

    def kind_of(self, name):
        if name in THREAD_LOCAL:
            return TLS
        if name in DATA:
            return OBJECT
        return self.dice.pick([FUNC, FUNC, FUNC, IFUNC, NOTYPE])

    # References: through an undefined symbol, or through one's own definition.

    def add_references(self, spec):
        dice = self.dice
        if dice.below(3) < self.with_versions:
            self.add_needed_versions(spec)
        known = {symbol.name for symbol in spec.symbols}
        for name in CALLS + DATA + THREAD_LOCAL:
            if name not in known and dice.below(2):
                spec.symbols.append(self.undefined(spec, name))
        if dice.one_in(6):
            spec.symbols.append(Symbol("gone", dice.pick([GLOBAL, WEAK]), NOTYPE,
                                       section=SHN_UNDEF, has_value=False))
        for place, symbol in enumerate(spec.symbols):
            for _ in range(dice.below(3)):
                spec.relocations.append((self.relocation(spec, symbol), place))
        dice.shuffle(spec.relocations)

    def add_needed_versions(self, spec):
        """Of libraries that are needed and have versions: ld.so 2.36 ends with an assertion where a
        version is needed of a library that has none at all."""
        dice = self.dice
        for tag, name in spec.needs:
            file = next(other for other in self.specs if other.soname == name)
            versions = [version for version in VERSIONS if dice.below(2)]
            if file.defined_versions and versions and tag == DT_NEEDED:
                spec.needed_versions[name] = versions

    def undefined(self, spec, name):
        dice = self.dice
        symbol = Symbol(name, WEAK if dice.one_in(4) else GLOBAL,
                        TLS if name in THREAD_LOCAL else NOTYPE, section=SHN_UNDEF,
                        has_value=False)
        needed = [version for names in spec.needed_versions.values() for version in names]
        if needed and dice.below(4):
            symbol.version = dice.pick(needed)
        # A program that is no PIE has the address of a function of others in its own PLT.
        if spec.interp and name in CALLS and dice.below(2):
            symbol.kind, symbol.has_value = FUNC, True
        return symbol

    def relocation(self, spec, symbol):
        dice = self.dice
        if symbol.kind == TLS:
            return dice.pick(TLS_RELOCATIONS)
        if symbol.name in DATA:
            if spec.interp and symbol.section != SHN_UNDEF and dice.below(2):
                return R_COPY
            return dice.pick([R_GLOB_DAT, R_64])
        return dice.pick([R_JUMP_SLOT, R_JUMP_SLOT, R_GLOB_DAT, R_64])


def glibc_case(seed):
    return Process(Dice(f"glibc bindings {seed}")).make()
