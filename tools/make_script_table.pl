#!/usr/bin/perl
# Writes the table of Unicode scripts that KernelGen.Text's training of SentencePiece models asks, from Perl's own Unicode data.
#
#     perl tools/make_script_table.pl > runtime/KernelGen.Text/Normalization/UnicodeScript.Ranges.cs
#
# Perl decides the Unicode version (5.36 has 14.0, as the table of NFKC); the table names it. A number is the first character of a range in its upper 24 bits,
# and the number of its script in the lower 8: 0 for Common, which characters that are not assigned are, too; 1 for Inherited; 2 for Han, with Hiragana, Katakana
# and the mark of long vowels, which SentencePiece takes for one script; others in the order of their names.

use strict;
use warnings;
use Unicode::UCD qw(prop_invmap);

my ($starts, $scripts, $format) = prop_invmap("Script");
die "unexpected format $format" unless $format eq "s";

my %number = (Common => 0, Unknown => 0, Inherited => 1, Han => 2, Hiragana => 2, Katakana => 2);
my $next = 3;
for my $script (sort keys %{{map { $_ => 1 } @$scripts}}) {
    $number{$script} = $next++ unless exists $number{$script};
}

my @ranges = map { [$starts->[$_], $number{$scripts->[$_]}] } grep { $starts->[$_] <= 0x10FFFF } 0 .. $#$starts;

# The mark of long vowels is Common by itself, and the last of its range, before Katakana.
push @ranges, [0x30FC, $number{Katakana}];

my (@table, $last);
for my $range (sort { $a->[0] <=> $b->[0] } @ranges) {
    my ($start, $script) = @$range;
    next if defined $last && $script == $last;
    push @table, $start << 8 | $script;
    $last = $script;
}

print <<"END";
namespace KernelGen.Text;

/// <summary>Written by <c>tools/make_script_table.pl</c>, which describes it, from Unicode @{[Unicode::UCD::UnicodeVersion()]}.</summary>
internal static partial class UnicodeScript
{
    private static ReadOnlySpan<uint> Ranges =>
    [
END
while (my @line = splice @table, 0, 14) {
    print "        ", join(", ", map { sprintf "0x%08X", $_ } @line), ",\n";
}
print "    ];\n}\n";
