namespace KernelGen.Extensions.AspNetCore;

/// <summary>A language of a service.</summary>
/// <param name="Code">What clients call it: <c>de</c>, <c>zh-Hant</c>.</param>
/// <param name="Name">Its English name.</param>
/// <param name="Part">The part of the code that names the language: <c>zh</c>.</param>
/// <param name="Script">The script in which it is written, by ISO 15924: <c>Latn</c>.</param>
/// <param name="ModelCode">What the model calls it; <see langword="null"/> where it is not told.</param>
internal sealed record ServiceLanguage(string Code, string Name, string Part, string Script, string? ModelCode)
{
    /// <summary>A language by the code that clients use.</summary>
    public static ServiceLanguage Named(string code)
    {
        string[] parts = code.Split('-', '_');
        LanguageName name = LanguageName.Find(parts[0]);
        return new ServiceLanguage(code, name.English, parts[0], parts is [_, { Length: 4 } script, ..] ? script : name.Script, ModelCode: null);
    }

    /// <summary>The languages that a model tells apart, by the codes of ISO 639 that clients use, with the script where one language has two.</summary>
    /// <param name="modelCodes">The codes of the model: <c>deu_Latn</c>, <c>__de__</c>, <c>de_DE</c>, <c>&gt;&gt;deu&lt;&lt;</c>.</param>
    public static ServiceLanguage[] Of(IReadOnlyCollection<string> modelCodes)
    {
        ServiceLanguage[] all = [.. modelCodes.Select(Of)];
        ILookup<string, ServiceLanguage> byPart = all.ToLookup(static language => language.Part);
        return [.. all.Select(language => WithOthers(language, byPart[language.Part]))];
    }

    /// <summary>A language whose code is that of no other.</summary>
    private static ServiceLanguage WithOthers(ServiceLanguage language, IEnumerable<ServiceLanguage> all)
    {
        if (all.Count() == 1)
        {
            return language;
        }

        string distinction = all.Count(other => other.Script == language.Script) == 1 ? language.Script : Bare(language.ModelCode!);
        return language with { Code = distinction == language.Script ? $"{language.Part}-{distinction}" : distinction, Name = $"{language.Name} ({distinction})" };
    }

    private static ServiceLanguage Of(string modelCode)
    {
        string[] parts = Bare(modelCode).Split('_', '-');
        LanguageName name = LanguageName.Find(parts[0]);
        string script = parts is [_, { Length: 4 } written, ..] ? written : name.Script;
        return new ServiceLanguage(name.Code, name.English, name.Code, script, modelCode);
    }

    private static string Bare(string modelCode) => modelCode.Trim('_', '<', '>');
}
