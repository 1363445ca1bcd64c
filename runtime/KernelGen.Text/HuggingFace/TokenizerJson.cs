using System.Collections.Immutable;
using System.Diagnostics;
using System.Text.Json;

namespace KernelGen.Text;

/// <summary>Reads <c>tokenizer.json</c>.</summary>
internal static class TokenizerJson
{
    /// <summary>Reads a file.</summary>
    /// <param name="file">JSON in UTF-8.</param>
    /// <param name="source">How errors name it.</param>
    /// <param name="later">Whether merges are read on another thread while the caller goes on.</param>
    /// <exception cref="InvalidDataException">It is not what it should be, or asks for what is not supported.</exception>
    public static TokenizerParts Read(byte[] file, string source, bool later = false)
    {
        ReadOnlyMemory<byte> json = file.AsMemory(FileContents.ByteOrderMarkLength(file));
        var sections = new Dictionary<string, JsonPart>(StringComparer.Ordinal);
        VocabularySection? model = null;
        List<AddedToken>? addedTokens = null;
        try
        {
            var reader = new TokenizerJsonReader(json);
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            {
                throw new InvalidDataException($"{source} is not a tokenizer.json: it does not hold an object.");
            }

            while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
            {
                string name = reader.Text("a name", source);
                reader.Read();
                if (name == "model" && reader.TokenType == JsonTokenType.StartObject)
                {
                    model = model is null ? VocabularySection.Read(ref reader, source) : throw Twice(name);
                    continue;
                }

                int length = 0;
                List<AddedToken>? plain = name == "added_tokens" ? PlainSections.ReadAddedTokens(reader.Rest, out length) : null;
                ReadOnlyMemory<byte> value = plain is null ? reader.Skip() : reader.PassOver(length);
                if (name is "added_tokens" or "normalizer" or "pre_tokenizer" or "post_processor" or "decoder" or "truncation" or "padding"
                    && !sections.TryAdd(name, plain is null ? JsonPart.Read(value, new JsonPath(name), source) : default))
                {
                    throw Twice(name);
                }

                addedTokens ??= plain;
            }

            reader.Read();
        }
        catch (JsonException)
        {
            throw NotJson(json.Span, source);
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
            Model = model.CreateModel(preTokenizers, later),
            UnknownToken = model.UnknownToken,
            AddedTokens = [.. addedTokens ?? AddedTokens(Section("added_tokens"))],
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

    /// <summary>The error that a file is not JSON, at its place in the whole of it.</summary>
    private static InvalidDataException NotJson(ReadOnlySpan<byte> json, string source)
    {
        try
        {
            var reader = new Utf8JsonReader(json);
            while (reader.Read())
            {
            }
        }
        catch (JsonException exception)
        {
            return new InvalidDataException(
                $"{source} is not JSON: the error is in line {exception.LineNumber + 1}, byte {exception.BytePositionInLine + 1}. A tokenizer.json is JSON in UTF-8; check that it is whole.",
                exception);
        }

        throw new UnreachableException("The file was no JSON, and then it was.");
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
