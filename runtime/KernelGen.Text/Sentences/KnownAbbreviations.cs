namespace KernelGen.Text;

/// <summary>The words behind which a full stop is no end of a sentence, and those that tell whether it is one.</summary>
internal static class KnownAbbreviations
{
    private static readonly HashSet<string>.AlternateLookup<ReadOnlySpan<char>> AfterOrdinals = Set(
        "Januar Jänner Februar März April Mai Juni Juli August September Oktober November Dezember Jahrhundert Jahrhunderts Jh Klasse Auflage Stock Etage Platz");

    private static readonly HashSet<string>.AlternateLookup<ReadOnlySpan<char>> BeforeNumbers = Set(
        "no No nos Nos p pp P art Art sec Sec ch Ch chap Chap fig Fig figs Figs eq Eq ed Ed vol Vol vols Jan Feb Mar Apr Jun Jul Aug Sep Sept Oct Nov Dec "
        + "Nr nr Abb Abs Aufl Bd Kap Tab S n° pág págs núm стр рис гл");

    private static readonly HashSet<string>.AlternateLookup<ReadOnlySpan<char>> Beginnings = Set(
        "The A An This That These Those He She It They We You I My Your His Her Its Our Their There Here What When Where Why Who How But And Or So If In On At "
        + "As For After Before Then However No Yes Not Do Did Is Are Was Were Will Can Der Die Das Ein Eine Er Sie Es Wir Ihr Ich Aber Und Oder Dann Le La Les "
        + "Un Une Il Elle Ils Elles Nous Vous Je Mais Et El Los Las Ella Ellos Pero Y");

    /// <summary>Abbreviations, without their last full stop. Those that mostly end a sentence or list where they stand (etc., usw.) are left out.</summary>
    public static IEnumerable<string> All { get; } =
    [
        // English: titles, references, units and places.
        .. Words("Mr Mrs Ms Mx Dr Prof Rev Fr Sr Jr Hon Gen Col Maj Capt Cpt Lt Sgt Cmdr Adm Gov Sen Rep Pres Supt Det Messrs Mmes St Mt Ft Ave Blvd Rd"),
        .. Words("vs cf e.g i.e viz ca approx dept est al op cit ibid def incl excl resp"),

        // German.
        .. Words("Hr Fr Frl Hrn bzw bspw z.B d.h u.a o.ä u.U i.d.R z.T v.a s.o s.u vgl evtl ggf ggfs inkl exkl zzgl bzgl sog Str Anm Hrsg Jh Tel ung ehem geb gest verh Dipl Ing Mag Univ"),

        // French, Spanish, Portuguese, Italian, Dutch.
        .. Words("M MM Mme Mmes Mlle Mlles Mgr p.ex c.-à-d env av Sra Srta Srs Dña Excmo Ud Uds p.ej tel Dra Exmo Exma Sig Sig.ra Dott Avv Ing Geom dhr mevr mw bijv d.w.z o.a m.b.t i.v.m"),

        // Polish, Czech, Russian, Ukrainian.
        .. Words("np tzn tzw prof dr hab inż mgr ul al ok tj např tzv tj MUDr JUDr Ing т.е т.д т.п др ул г гг руб коп см напр"),
    ];

    /// <summary>Whether a word is shortened before a number, and else may end a sentence: "Fig. 3", "No. 5"; but "He said no."</summary>
    public static bool StandsBeforeNumber(ReadOnlySpan<char> word) => BeforeNumbers.Contains(word);

    /// <summary>Whether a word stands behind ordinal numbers, which German writes with a full stop: "am 3. Oktober".</summary>
    public static bool FollowsOrdinal(ReadOnlySpan<char> word) => AfterOrdinals.Contains(word);

    /// <summary>Whether a word more often begins a sentence than it goes on with a name.</summary>
    public static bool OftenBeginsSentence(ReadOnlySpan<char> word) => Beginnings.Contains(word);

    private static HashSet<string>.AlternateLookup<ReadOnlySpan<char>> Set(string words) =>
        new HashSet<string>(Words(words), StringComparer.Ordinal).GetAlternateLookup<ReadOnlySpan<char>>();

    private static string[] Words(string words) => words.Split(' ');
}
