using System.Text.Json;
using System.Text.Json.Serialization;

namespace KernelGen.Extensions.AspNetCore;

/// <summary>A text, or a list of texts: what is sent as one is answered as one.</summary>
/// <param name="Values">The texts.</param>
/// <param name="IsList">Whether it is a list.</param>
[JsonConverter(typeof(Converter))]
internal sealed record TextOrTexts(string?[] Values, bool IsList)
{
    internal sealed class Converter : JsonConverter<TextOrTexts>
    {
        public override TextOrTexts Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
        {
            if (reader.TokenType == JsonTokenType.String)
            {
                return new TextOrTexts([TextOf(ref reader)], IsList: false);
            }

            if (reader.TokenType != JsonTokenType.StartArray)
            {
                throw new JsonException();
            }

            var texts = new List<string?>();
            while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
            {
                texts.Add(reader.TokenType switch
                {
                    JsonTokenType.String => TextOf(ref reader),
                    JsonTokenType.Null => null,
                    _ => throw new JsonException(),
                });
            }

            return new TextOrTexts([.. texts], IsList: true);
        }

        public override void Write(Utf8JsonWriter writer, TextOrTexts value, JsonSerializerOptions options)
        {
            if (!value.IsList)
            {
                writer.WriteStringValue(value.Values[0]);
                return;
            }

            writer.WriteStartArray();
            foreach (string? text in value.Values)
            {
                writer.WriteStringValue(text);
            }

            writer.WriteEndArray();
        }

        /// <summary>A string with half a surrogate pair, or bytes that are not UTF-8, is no text.</summary>
        private static string TextOf(ref Utf8JsonReader reader)
        {
            try
            {
                return reader.GetString()!;
            }
            catch (InvalidOperationException exception)
            {
                throw new JsonException(null, exception);
            }
        }
    }
}
