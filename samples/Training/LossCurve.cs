using System.Globalization;
using System.Text;

namespace KernelGen.Samples.Training;

/// <summary>The loss over the steps, as a picture.</summary>
internal static class LossCurve
{
    private const int Width = 640, Height = 360, Left = 50, Right = 15, Top = 30, Bottom = 35;

    /// <summary>Draws it.</summary>
    /// <param name="points">Steps with their loss, and where there was one that of validation.</param>
    /// <returns>An SVG document.</returns>
    public static string Draw(IReadOnlyList<(long Step, double Loss, double? Validation)> points)
    {
        double last = Math.Max(1, points.Count == 0 ? 1 : points[^1].Step);
        double most = Math.Ceiling(points.Select(static point => point.Loss).Where(double.IsFinite).DefaultIfEmpty(1).Max());
        double X(double step) => Left + ((Width - Left - Right) * step / last);
        double Y(double loss) => Height - Bottom - ((Height - Top - Bottom) * Math.Clamp(loss / most, 0, 1));
        var svg = new StringBuilder();
        svg.Append(CultureInfo.InvariantCulture, $"""
            <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {Width} {Height}" font-family="sans-serif" font-size="12" role="img" aria-label="Loss over steps">
            <rect width="{Width}" height="{Height}" fill="#ffffff"/>

            """);
        for (int line = 0; line <= 4; line++)
        {
            double loss = most * line / 4;
            svg.Append(CultureInfo.InvariantCulture, $"""
                <line x1="{Left}" x2="{Width - Right}" y1="{Y(loss):F1}" y2="{Y(loss):F1}" stroke="#dddddd"/>
                <text x="{Left - 8}" y="{Y(loss) + 4:F1}" text-anchor="end" fill="#444444">{loss:0.##}</text>
                <text x="{X(last * line / 4):F1}" y="{Height - Bottom + 18}" text-anchor="middle" fill="#444444">{last * line / 4:F0}</text>

                """);
        }

        Append(svg, points.Where(static point => double.IsFinite(point.Loss)).Select(point => (X(point.Step), Y(point.Loss))), "#9db8d9");
        Append(svg, points.Where(static point => point.Validation is not null).Select(point => (X(point.Step), Y(point.Validation!.Value))), "#c0392b");
        svg.Append(CultureInfo.InvariantCulture, $"""
            <text x="{Left}" y="18" fill="#5b7fa8">training (dropout, label smoothing)</text>
            <text x="{Left + 220}" y="18" fill="#c0392b">validation</text>
            <text x="{Width - Right}" y="{Height - 5}" text-anchor="end" fill="#444444">steps</text>
            </svg>

            """);
        return svg.ToString();
    }

    private static void Append(StringBuilder svg, IEnumerable<(double X, double Y)> points, string color) =>
        svg.Append(CultureInfo.InvariantCulture, $"""
            <polyline fill="none" stroke="{color}" stroke-width="1.5" points="{string.Join(' ', points.Select(static point => string.Create(CultureInfo.InvariantCulture, $"{point.X:F1},{point.Y:F1}")))}"/>

            """);
}
