using System.Net.ServerSentEvents;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace KernelGen.Samples.TranslateWeb;

/// <summary>How requests and answers are read and written, generated while compiling.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(TranslationRequest))]
[JsonSerializable(typeof(TranslationResponse))]
[JsonSerializable(typeof(StreamRequest))]
[JsonSerializable(typeof(TranslationEvent))]
[JsonSerializable(typeof(SseItem<TranslationEvent>))]
internal sealed partial class TranslationJson : JsonSerializerContext;
