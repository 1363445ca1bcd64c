using System.Collections.Immutable;

namespace KernelGen.Audio;

/// <summary>The languages that Whisper hears, in the order of its tokens: 99, and Cantonese, which large-v3 and turbo have besides.</summary>
public static class SpeechLanguages
{
    /// <summary>All of them.</summary>
    public static ImmutableArray<SpeechLanguage> All { get; } =
    [
        new("en", "English"),
        new("zh", "Chinese"),
        new("de", "German"),
        new("es", "Spanish"),
        new("ru", "Russian"),
        new("ko", "Korean"),
        new("fr", "French"),
        new("ja", "Japanese"),
        new("pt", "Portuguese"),
        new("tr", "Turkish"),
        new("pl", "Polish"),
        new("ca", "Catalan"),
        new("nl", "Dutch"),
        new("ar", "Arabic"),
        new("sv", "Swedish"),
        new("it", "Italian"),
        new("id", "Indonesian"),
        new("hi", "Hindi"),
        new("fi", "Finnish"),
        new("vi", "Vietnamese"),
        new("he", "Hebrew"),
        new("uk", "Ukrainian"),
        new("el", "Greek"),
        new("ms", "Malay"),
        new("cs", "Czech"),
        new("ro", "Romanian"),
        new("da", "Danish"),
        new("hu", "Hungarian"),
        new("ta", "Tamil"),
        new("no", "Norwegian"),
        new("th", "Thai"),
        new("ur", "Urdu"),
        new("hr", "Croatian"),
        new("bg", "Bulgarian"),
        new("lt", "Lithuanian"),
        new("la", "Latin"),
        new("mi", "Maori"),
        new("ml", "Malayalam"),
        new("cy", "Welsh"),
        new("sk", "Slovak"),
        new("te", "Telugu"),
        new("fa", "Persian"),
        new("lv", "Latvian"),
        new("bn", "Bengali"),
        new("sr", "Serbian"),
        new("az", "Azerbaijani"),
        new("sl", "Slovenian"),
        new("kn", "Kannada"),
        new("et", "Estonian"),
        new("mk", "Macedonian"),
        new("br", "Breton"),
        new("eu", "Basque"),
        new("is", "Icelandic"),
        new("hy", "Armenian"),
        new("ne", "Nepali"),
        new("mn", "Mongolian"),
        new("bs", "Bosnian"),
        new("kk", "Kazakh"),
        new("sq", "Albanian"),
        new("sw", "Swahili"),
        new("gl", "Galician"),
        new("mr", "Marathi"),
        new("pa", "Punjabi"),
        new("si", "Sinhala"),
        new("km", "Khmer"),
        new("sn", "Shona"),
        new("yo", "Yoruba"),
        new("so", "Somali"),
        new("af", "Afrikaans"),
        new("oc", "Occitan"),
        new("ka", "Georgian"),
        new("be", "Belarusian"),
        new("tg", "Tajik"),
        new("sd", "Sindhi"),
        new("gu", "Gujarati"),
        new("am", "Amharic"),
        new("yi", "Yiddish"),
        new("lo", "Lao"),
        new("uz", "Uzbek"),
        new("fo", "Faroese"),
        new("ht", "Haitian Creole"),
        new("ps", "Pashto"),
        new("tk", "Turkmen"),
        new("nn", "Nynorsk"),
        new("mt", "Maltese"),
        new("sa", "Sanskrit"),
        new("lb", "Luxembourgish"),
        new("my", "Myanmar"),
        new("bo", "Tibetan"),
        new("tl", "Tagalog"),
        new("mg", "Malagasy"),
        new("as", "Assamese"),
        new("tt", "Tatar"),
        new("haw", "Hawaiian"),
        new("ln", "Lingala"),
        new("ha", "Hausa"),
        new("ba", "Bashkir"),
        new("jw", "Javanese"),
        new("su", "Sundanese"),
        new("yue", "Cantonese"),
    ];

    /// <summary>Names that are not in <see cref="All"/>, and the codes that they stand for.</summary>
    private static readonly ImmutableArray<SpeechLanguage> OtherNames =
    [
        new("my", "Burmese"),
        new("ca", "Valencian"),
        new("nl", "Flemish"),
        new("ht", "Haitian"),
        new("lb", "Letzeburgesch"),
        new("ps", "Pushto"),
        new("pa", "Panjabi"),
        new("ro", "Moldavian"),
        new("ro", "Moldovan"),
        new("si", "Sinhalese"),
        new("es", "Castilian"),
        new("zh", "Mandarin"),
        new("jw", "jv"),
    ];

    /// <summary>Finds a language by its code or by its English name.</summary>
    /// <param name="codeOrName">A code or a name, in capitals or not: <c>de</c>, <c>German</c>, <c>Flemish</c>.</param>
    /// <returns>The language, or <see langword="null"/> where there is none of that name.</returns>
    public static SpeechLanguage? Find(string codeOrName)
    {
        ArgumentNullException.ThrowIfNull(codeOrName);
        return FindIn(All, codeOrName) ?? (FindIn(OtherNames, codeOrName) is { } other ? FindIn(All, other.Code) : null);
    }

    private static SpeechLanguage? FindIn(ImmutableArray<SpeechLanguage> languages, string codeOrName)
    {
        foreach (SpeechLanguage language in languages)
        {
            if (string.Equals(language.Code, codeOrName, StringComparison.OrdinalIgnoreCase) || string.Equals(language.EnglishName, codeOrName, StringComparison.OrdinalIgnoreCase))
            {
                return language;
            }
        }

        return null;
    }
}
