# A stand-in for a simulation code: reads a temperature, writes results.csv.
# Like many a real one, it says that it failed, writes nothing, and ends with exit code 0.
set -eu

temperature=$(sed -n 's/^temperature *= *//p' "$1")
echo "simulating at $temperature K"
if [ "$temperature" -gt 1000 ]; then
    echo "SCF did not converge at $temperature K" >&2
    exit 0
fi

echo "step,energy" > results.csv
for step in 1 2 3 4; do
    echo "$step,$((step * temperature))" >> results.csv
done
