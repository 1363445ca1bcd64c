using System.Collections.Immutable;
using System.Text.Json;

namespace KernelGen.Text;

/// <summary>Reads <c>tokenizer.json</c>.</summary>
internal static class TokenizerJson
{
    /// <summary>Reads a file.</summary>
    /// <param name="file">JSON in UTF-8.</param>
    /// <param name="source">How errors name it.</param>
    /// <exception cref="InvalidDataException">It is not what it should be, or asks for what is not supported.</exception>
    public static TokenizerParts Read(byte[] file, string source)
    {
        ReadOnlyMemory<byte> json = file.AsMemory(FileContents.ByteOrderMarkLength(file));
        var sections = new Dictionary<string, JsonPart>(StringComparer.Ordinal);
        VocabularySection? model = null;
        try
        {
            var reader = new Utf8JsonReader(json.Span);
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            {
                throw new InvalidDataException($"{source} is not a tokenizer.json: it does not hold an object.");
            }

            while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
            {
                string name = VocabularySection.Text(ref reader, "a name", source);
                reader.Read();
                if (name == "model" && reader.TokenType == JsonTokenType.StartObject)
                {
                    model = model is null ? VocabularySection.Read(ref reader, json, source) : throw Twice(name);
                    continue;
                }

                int start = (int)reader.TokenStartIndex;
                reader.Skip();
                if (name is "added_tokens" or "normalizer" or "pre_tokenizer" or "post_processor" or "decoder" or "truncation" or "padding"
                    && !sections.TryAdd(name, JsonPart.Read(json[start..(int)reader.BytesConsumed], new JsonPath(name), source)))
                {
                    throw Twice(name);
                }
            }

            reader.Read();
        }
        catch (JsonException exception)
        {
            throw new InvalidDataException(
                $"{source} is not JSON: the error is in line {exception.LineNumber + 1}, byte {exception.BytePositionInLine + 1}. A tokenizer.json is JSON in UTF-8; check that it is whole.",
                exception);
        }

        if (model is null)
        {
            throw new InvalidDataException($"{source} is not a tokenizer.json: it has no model. Check that it is the right file.");
        }

        ImmutableArray<PreTokenizer> preTokenizers = PreTokenizerReader.Read(Section("pre_tokenizer"));
        (ImmutableArray<int> prefix, ImmutableArray<int> suffix) = PostProcessorReader.Read(Section("post_processor"), model.Vocabulary);
        JsonPart truncation = Section("truncation");
        return new TokenizerParts
        {
            Source = source,
            Vocabulary = model.Vocabulary,
            Model = model.CreateModel(preTokenizers),
            UnknownToken = model.UnknownToken,
            AddedTokens = [.. AddedTokens(Section("added_tokens"))],
            Normalizers = NormalizerReader.Read(Section("normalizer")),
            PreTokenizers = preTokenizers,
            Prefix = prefix,
            Suffix = suffix,
            Decoder = DecoderReader.Read(Section("decoder")),
            TruncationLength = truncation.Member("max_length").OptionalNumber(),
            WantsPadding = Section("padding").Exists,
        };

        JsonPart Section(string name) => sections.GetValueOrDefault(name, new JsonPart(default, new JsonPath(name), source));

        InvalidDataException Twice(string name) => new($"{source} is not usable: {name} is there twice.");
    }

    private static IEnumerable<AddedToken> AddedTokens(JsonPart section)
    {
        if (!section.Exists)
        {
            yield break;
        }

        foreach (JsonPart token in section.Items())
        {
            yield return new AddedToken(token.Member("id").Number(), token.Member("content").Text())
            {
                IsSpecial = token.Member("special").Flag(),
                IsNormalized = token.Member("normalized").Flag(),
                IsSingleWord = token.Member("single_word").Flag(),
                StripsLeft = token.Member("lstrip").Flag(),
                StripsRight = token.Member("rstrip").Flag(),
            };
        }
    }
}
