using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace KernelGen.Extensions.AspNetCore;

/// <summary>The answer of <c>GET /health</c>: "ok" as LibreTranslate has it, and what each check says.</summary>
internal sealed record HealthAnswer(string Status, Dictionary<string, string?> Checks)
{
    public static Task WriteAsync(HttpContext context, HealthReport report) => context.Response.WriteAsJsonAsync(
        new HealthAnswer(
            report.Status == HealthStatus.Healthy ? "ok" : report.Status.ToString().ToLowerInvariant(),
            report.Entries.ToDictionary(static entry => entry.Key, static entry => entry.Value.Description)),
        HealthJson.Default.HealthAnswer);
}
