using System.Text.Json;
using System.Text.Json.Serialization;

namespace KernelGen.Extensions.AspNetCore;

/// <summary>How health is written, generated while compiling.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(HealthAnswer))]
internal sealed partial class HealthJson : JsonSerializerContext;
