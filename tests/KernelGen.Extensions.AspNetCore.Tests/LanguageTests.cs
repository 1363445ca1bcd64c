namespace KernelGen.Extensions.AspNetCore.Tests;

/// <summary>What clients call the languages of models.</summary>
public sealed class LanguageTests
{
    [Theory]
    [InlineData("deu_Latn", "de", "German")]
    [InlineData("__de__", "de", "German")]
    [InlineData("de_DE", "de", "German")]
    [InlineData(">>deu<<", "de", "German")]
    [InlineData("ace_Arab", "ace", "Acehnese")]
    [InlineData("__ns__", "ns", "Northern Sotho")]
    [InlineData("xxx_Latn", "xxx", "xxx")]
    public void Codes_of_models_are_those_of_clients(string modelCode, string code, string name)
    {
        ServiceLanguage language = Assert.Single(ServiceLanguage.Of([modelCode]));
        Assert.Equal((code, name, modelCode), (language.Code, language.Name, language.ModelCode));
        Assert.Same(language, ServiceLanguages.Find([language], code.ToUpperInvariant()));
        Assert.Same(language, ServiceLanguages.Find([language], modelCode));
        Assert.Same(language, ServiceLanguages.Find([language], code + "-XX"));
        Assert.Null(ServiceLanguages.Find([language], "fr"));
        Assert.Null(ServiceLanguages.Find([language], ""));
        Assert.Null(ServiceLanguages.Find([language], null));
    }

    [Fact]
    public void Languages_of_two_scripts_or_places_are_told_apart()
    {
        ServiceLanguage[] languages = ServiceLanguage.Of(["eng_Latn", "zho_Hans", "zho_Hant", ">>fr<<", ">>fr_CA<<"]);
        Assert.Equal(["en", "zh-Hans", "zh-Hant", "fr", "fr_CA"], languages.Select(static language => language.Code));
        Assert.Equal("Chinese (Hant)", languages[2].Name);
        Assert.Same(languages[1], ServiceLanguages.Find(languages, "zh"));
        Assert.Same(languages[4], ServiceLanguages.Find(languages, "fr_CA"));
    }

    [Theory]
    [InlineData("Latn", "Hello", 100)]
    [InlineData("Latn", "Hello мир", 62)]
    [InlineData("Cyrl", "Привет, world", 54)]
    [InlineData("Jpan", "ひらがなと漢字", 100)]
    [InlineData("Hans", "狗追猫。ab", 60)]
    [InlineData("Latn", "123 !", 0)]
    [InlineData("Zzzz", "Hello", 100)]
    public void Letters_of_a_script_are_counted(string script, string text, int share) => Assert.Equal(share, ScriptLetters.Share([text], script));
}
