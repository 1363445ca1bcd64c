using System.ComponentModel;

namespace KernelGen.Samples.TranslateWeb;

/// <summary>The answer of <c>GET /health</c>.</summary>
internal sealed record HealthResponse(
    [property: Description("\"ready\": the model is loaded and computes.")] string Status,
    [property: Description("What it computes with.")] string InstructionSet);
