using System.Collections.Immutable;
using System.Globalization;

namespace KernelGen.Text;

/// <summary>What the small JSON files of a folder say of its tokenizer: <c>config.json</c>, <c>tokenizer_config.json</c>, <c>special_tokens_map.json</c>, <c>added_tokens.json</c>.</summary>
internal sealed class FolderSettings
{
    private const string NoFast = "Fast";

    private readonly JsonPart _config;
    private readonly JsonPart _map;

    /// <summary>Reads those of the files that are there.</summary>
    /// <exception cref="InvalidDataException">One is not JSON, or holds something else than it should.</exception>
    public FolderSettings(PretrainedFolder folder)
    {
        JsonPart model = folder.Json("config.json");
        _config = folder.Json("tokenizer_config.json");
        _map = folder.Json("special_tokens_map.json");
        ModelType = model.Member("model_type").OptionalText();
        VocabularySize = model.Member("vocab_size").OptionalNumber();
        string? name = _config.Member("tokenizer_class").OptionalText() ?? model.Member("tokenizer_class").OptionalText();
        TokenizerClass = name is not null && name.EndsWith(NoFast, StringComparison.Ordinal) ? name[..^NoFast.Length] : name;
        HasLegacyOrder = _config.Member("legacy_behaviour").Flag();
        AddsPrefixSpace = _config.Member("add_prefix_space").Flag();
        LanguageCodes = _config.Member("language_codes").OptionalText();
        ExtraIds = _config.Member("extra_ids").OptionalNumber();
        Offset = _config.Member("offset").OptionalNumber();
        AdditionalTokens = [.. Names(_map), .. Names(_config)];
        AdditionalTokens = [.. AdditionalTokens.Distinct()];
        AddedTokens = ReadAddedTokens(folder.Json("added_tokens.json"));
    }

    /// <summary>The family of the model: <c>t5</c>, <c>m2m_100</c>.</summary>
    public string? ModelType { get; }

    /// <summary>The tokenizer's class in Transformers, without the <c>Fast</c> at its end.</summary>
    public string? TokenizerClass { get; }

    /// <summary>The number of tokens of the model.</summary>
    public int? VocabularySize { get; }

    /// <summary>Whether NLLB's language follows the text, as in its first version.</summary>
    public bool HasLegacyOrder { get; }

    /// <summary>Whether a byte-level text begins with a space that it does not have.</summary>
    public bool AddsPrefixSpace { get; }

    /// <summary>Which languages an M2M100 model has: <c>m2m100</c> or <c>wmt21</c>.</summary>
    public string? LanguageCodes { get; }

    /// <summary>The number of T5's sentinels.</summary>
    public int? ExtraIds { get; }

    /// <summary>How far PEGASUS' pieces are moved.</summary>
    public int? Offset { get; }

    /// <summary>Further special tokens, in order.</summary>
    public ImmutableArray<string> AdditionalTokens { get; }

    /// <summary>Added tokens and their numbers.</summary>
    public ImmutableArray<AddedToken> AddedTokens { get; }

    /// <summary>How a special token is written, such as <c>pad_token</c>; <see langword="null"/> where the files do not say.</summary>
    public string? SpecialToken(string name) => Written(_config.Member(name)) ?? Written(_map.Member(name));

    /// <summary>A token is a string, or an object with it as its content.</summary>
    private static string? Written(JsonPart token) => token.IsObject ? token.Member("content").OptionalText() : token.OptionalText();

    private static IEnumerable<string> Names(JsonPart settings)
    {
        JsonPart tokens = settings.Member("additional_special_tokens");
        return tokens.Exists ? tokens.Items().Select(static token => Written(token) ?? throw token.Error("is not the name of a token")) : [];
    }

    private ImmutableArray<AddedToken> ReadAddedTokens(JsonPart older)
    {
        var tokens = ImmutableArray.CreateBuilder<AddedToken>();
        if (_config.Member("added_tokens_decoder") is { Exists: true } decoder)
        {
            foreach ((string number, JsonPart token) in decoder.Members())
            {
                tokens.Add(new AddedToken(
                    int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out int value) ? value : throw token.Error("does not have a whole number as its name"),
                    token.Member("content").Text())
                {
                    IsSpecial = token.Member("special").Flag(),
                    IsNormalized = token.Member("normalized").Flag(),
                    IsSingleWord = token.Member("single_word").Flag(),
                    StripsLeft = token.Member("lstrip").Flag(),
                    StripsRight = token.Member("rstrip").Flag(),
                });
            }
        }
        else if (older.Exists)
        {
            tokens.AddRange(older.Members().Select(static token => new AddedToken(token.Value.Number(), token.Name) { IsSpecial = true }));
        }

        return [.. tokens.OrderBy(static token => token.Token)];
    }
}
